#include "core/journal/cursor.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/journal/intake.h"

namespace andon::journal {

namespace {

constexpr Duration kStoreAfter = std::chrono::milliseconds(50);
constexpr Duration kStoreAtMost = std::chrono::milliseconds(10);
// Of a part with less than this share for one output, what it wants is copied: a few events must
// not pin a whole block.
constexpr size_t kPinFromShare = 4;

}  // namespace

Cursor::Cursor(CursorState state, uint64_t routed, Host host)
    : number_(state.number),
      host_(std::move(host)),
      routed_(std::make_shared<RoutedCount>(routed)),
      progress_(std::move(state)) {
  stored_ = progress_.created() != StreamPosition{};
  dirty_ = urgent_ = fresh_ = !stored_;
  stored_segment_ = progress_.resume().segment;
}

void Cursor::Begin() {
  reader_ = std::make_shared<StreamReader>([weak = weak_from_this()] {
    if (const auto cursor = weak.lock()) cursor->Wake();
  });
  // Without a journal what nobody reads yet must stay too.
  if (host_.intake->in_memory) host_.stream->Attach(reader_, resume());
}

void Cursor::End() {
  if (!host_.intake->in_memory) return;
  host_.stream->Detach(reader_);
  if (host_.intake->pressure.TakeWaiting()) host_.intake->pressure_changed();
  host_.lanes->ForEach([this](Lane& lane) { lane.Finished(number_, UINT64_MAX); });
}

void Cursor::Attach(const CursorOptions& options, Loop& output, Callbacks callbacks) {
  auto attachment = std::make_shared<Attachment>();
  attachment->loop = &output;
  attachment->callbacks = std::move(callbacks);
  {
    MutexLock lock(attachment_mutex_);
    CHECK(attachment_ == nullptr);
    attachment_ = std::move(attachment);
  }
  MutexLock lock(mutex_);
  fresh_ = false;
  from_oldest_ = options.from_oldest;
  wants_ = options.wants;
  charge_ = std::make_shared<Charge>([weak = weak_from_this()] {
    if (const auto cursor = weak.lock()) cursor->Wake();
  });
  backlog_ = std::make_unique<Backlog>(charge_);
  progress_.Restart();
  announced_.clear();
  scanned_segment_ = 0;
  arrived_.clear();
  arrived_bytes_ = 0;
  if (host_.intake->in_memory) {
    host_.stream->MoveTo(*reader_, progress_.resume());
  } else {
    host_.stream->Attach(reader_, progress_.resume());
  }
}

void Cursor::BeginAt(const StreamPosition& begin) {
  MutexLock lock(mutex_);
  if (!fresh_) return;
  CursorState state = progress_.Snapshot();
  state.resume = begin;
  progress_ = CursorProgress(std::move(state));
  dirty_ = true;
}

bool Cursor::attached() const {
  MutexLock lock(attachment_mutex_);
  return attachment_ != nullptr;
}

std::shared_ptr<Cursor::Attachment> Cursor::AttachmentHere() const {
  MutexLock lock(attachment_mutex_);
  return attachment_;
}

void Cursor::PostToOutput(UniqueFunction<void(Attachment&)> task) {
  MutexLock lock(attachment_mutex_);
  if (attachment_ != nullptr) PostLocked(std::move(task));
}

void Cursor::PostLocked(UniqueFunction<void(Attachment&)> task) {
  attachment_->loop->Post([weak = std::weak_ptr(attachment_), task = std::move(task)]() mutable {
    const auto still = weak.lock();
    if (still != nullptr) task(*still);
  });
}

void Cursor::Detach() {
  if (!host_.intake->in_memory) host_.stream->Detach(reader_);
  std::shared_ptr<Attachment> gone;
  {
    MutexLock lock(attachment_mutex_);
    gone.swap(attachment_);
  }
  std::unique_ptr<Backlog> backlog;
  MutexLock lock(mutex_);
  backlog.swap(backlog_);
  pins_.clear();
  arrived_.clear();
  arrived_bytes_ = 0;
  saves_.clear();
  saving_.clear();
}

std::optional<Chunk> Cursor::Next(size_t max_bytes, uint64_t max_events) {
  std::optional<Chunk> chunk;
  {
    MutexLock lock(mutex_);
    Fill(std::max<size_t>(max_bytes, 1));
    chunk = backlog_->Take(max_bytes, max_events,
                           [this](const LaneId& lane) { return progress_.DurableWatermark(lane); });
  }
  TellLanes();
  Changed();
  return chunk;
}

uint64_t Cursor::ReadyBytes() {
  uint64_t bytes = 0;
  {
    MutexLock lock(mutex_);
    Fill(kReadBudget);
    bytes = backlog_->bytes();
  }
  TellLanes();
  Changed();
  return bytes;
}

void Cursor::Fill(uint64_t target) {
  while (backlog_->bytes() < target) {
    if (charge_->bytes() >= kReadBudget) {
      charge_->Wait();
      // It may have been freed in between, and then nobody says so.
      if (charge_->bytes() >= kReadBudget) return;
    }
    if (!FillOne()) return;
  }
}

bool Cursor::FillOne() {
  if (!arrived_.empty()) {
    DiskPiece piece = std::move(arrived_.front());
    arrived_.pop_front();
    arrived_bytes_ -= piece.part.bytes;
    jumped_ = jumped_ || piece.dropped;
    Scan(piece.part);
    host_.stream->MoveTo(*reader_, piece.part.end);
    return true;
  }
  if (reading_) return false;
  StreamPart part;
  switch (host_.stream->Take(*reader_, &part)) {
    case Stream::Source::kPart:
      Scan(part);
      return true;
    case Stream::Source::kNothing:
      Scan(part);
      return false;
    case Stream::Source::kDisk:
      break;
  }
  if (host_.intake->in_memory) {
    jumped_ = true;
    host_.stream->MoveTo(*reader_, host_.stream->memory_begin());
    return true;
  }
  reading_ = true;
  disk_from_ = part.at;
  host_.read_disk(shared_from_this());
  return false;
}

CursorProgress::Use Cursor::UseOf(const StoredRecord& record, const StreamPart& part) const {
  if (record.RoutedTo(number_)) return CursorProgress::Use::kDeliver;
  if (!from_oldest_ || !wants_) return CursorProgress::Use::kSkip;
  const StreamPosition& created = progress_.created();
  const bool before = created == StreamPosition{} || part.at < created;
  return before && wants_(record.tag()) ? CursorProgress::Use::kPast : CursorProgress::Use::kSkip;
}

std::shared_ptr<const Pin> Cursor::PinOf(const StreamPart& part) {
  std::erase_if(pins_, [](const auto& pin) { return pin.expired(); });
  for (const auto& weak : pins_) {
    auto pin = weak.lock();
    if (pin != nullptr && pin->block() == part.block.get()) return pin;
  }
  auto pin = std::make_shared<const Pin>(charge_, part.block);
  pins_.push_back(pin);
  return pin;
}

void Cursor::Scan(const StreamPart& part) {
  if ((part.at.segment != scanned_segment_ || jumped_) && part.ordinals != nullptr) {
    const auto ordinal = part.ordinals->find(number_);
    if (ordinal != part.ordinals->end()) progress_.EnterSegment(ordinal->second, jumped_);
    jumped_ = false;
    scanned_segment_ = part.at.segment;
  }
  if (part.bytes == 0) {
    progress_.Reached(part.end);
    return;
  }
  size_t wanted = 0;
  ForEachRecord(part.records(), [&](const StoredRecord& record) {
    const bool events = record.kind() == RecordKind::kEvents && record.count() > 0;
    if (events && UseOf(record, part) != CursorProgress::Use::kSkip) wanted += record.bytes();
    return true;
  });
  std::shared_ptr<const Pin> pin;
  if (wanted * kPinFromShare >= part.bytes) pin = PinOf(part);
  std::vector<Range> lost;
  progress_.BeginPart(part.lane);
  ForEachRecord(part.records(), [&](const StoredRecord& record) {
    if (record.kind() != RecordKind::kEvents || record.count() == 0) return true;
    missing_.clear();
    progress_.Record({record.first(), record.last()}, UseOf(record, part), missing_);
    if (!missing_.empty() && !backlog_->Add(part.lane, record, missing_, pin)) {
      lost.insert(lost.end(), missing_.begin(), missing_.end());
    }
    return true;
  });
  progress_.EndPart(part.end);
  if (!lost.empty()) progress_.Lose(part.lane, lost);
}

void Cursor::Changed() {
  // Only the output's own thread, which this is, attaches and detaches.
  const std::shared_ptr<Attachment> attached = AttachmentHere();
  if (attached == nullptr || attached->store_armed) return;
  {
    MutexLock lock(mutex_);
    if (!dirty_ && progress_.resume().segment == stored_segment_) return;
  }
  attached->store_armed = true;
  attached->store_timer =
      attached->loop->After(kStoreAfter, [this, weak = std::weak_ptr(attached)] {
        const auto still = weak.lock();
        if (still == nullptr) return;
        still->store_armed = false;
        {
          MutexLock lock(mutex_);
          if (!dirty_ && progress_.resume().segment == stored_segment_) return;
          dirty_ = true;
        }
        host_.intake->request_commit();
      });
}

void Cursor::TellLanes() {
  if (!host_.intake->in_memory) return;
  std::vector<std::pair<LaneId, Sequence>> lanes;
  StreamPosition keep;
  {
    MutexLock lock(mutex_);
    keep = progress_.resume();
    for (const LaneId& lane : progress_.Lanes()) {
      lanes.emplace_back(lane, progress_.Watermark(lane));
    }
  }
  host_.stream->Finished(*reader_, keep);
  if (host_.intake->pressure.TakeWaiting()) host_.intake->pressure_changed();
  host_.lanes->ForEach([&](Lane& lane) {
    for (const auto& [id, watermark] : lanes) {
      if (id == lane.id()) lane.Finished(number_, watermark);
    }
  });
}

void Cursor::Finish(const LaneId& lane, std::span<const Range> ranges, std::string note) {
  {
    MutexLock lock(mutex_);
    progress_.Finish(lane, ranges);
    if (!note.empty()) progress_.SetNote(std::move(note));
    dirty_ = true;
  }
  TellLanes();
  Changed();
}

void Cursor::Save(std::string note, UniqueFunction<void(Status)> done) {
  {
    MutexLock lock(mutex_);
    if (!note.empty()) progress_.SetNote(std::move(note));
    saves_.push_back(std::move(done));
    dirty_ = urgent_ = true;
  }
  host_.intake->request_commit();
}

uint64_t Cursor::held_events() const {
  MutexLock lock(mutex_);
  return progress_.Held(routed_->events);
}

uint64_t Cursor::gap_events() const {
  MutexLock lock(mutex_);
  return progress_.gap();
}

uint64_t Cursor::damaged_events() const {
  MutexLock lock(mutex_);
  return progress_.damaged();
}

std::string Cursor::note() const {
  MutexLock lock(mutex_);
  return progress_.note();
}

std::optional<CursorState> Cursor::ToStore(const StoreWish& wish) {
  MutexLock lock(mutex_);
  const bool moved = wish.anyway && progress_.resume().segment != stored_segment_;
  if (!wish.force && !dirty_ && !moved) return std::nullopt;
  const bool recent = wish.now - last_store_ < kStoreAtMost && stored_;
  if (!wish.force && !urgent_ && recent) return std::nullopt;
  dirty_ = urgent_ = false;
  last_store_ = wish.now;
  stored_segment_ = progress_.resume().segment;
  std::ranges::move(saves_, std::back_inserter(saving_));
  saves_.clear();
  return progress_.Snapshot();
}

void Cursor::Stored(const CursorState& stored, const State& state) {
  std::vector<UniqueFunction<void(Status)>> saved;
  {
    MutexLock lock(mutex_);
    progress_.Stored(stored);
    progress_.SetCreated(stored.created);
    stored_ = true;
    saved.swap(saving_);
  }
  for (auto& done : saved) {
    PostToOutput([done = std::move(done)](Attachment&) mutable { done(OkStatus()); });
  }
  LookForClosedLanes(state);
}

void Cursor::LookForClosedLanes(const State& state) {
  if (!attached()) return;
  std::vector<LaneId> closed;
  {
    MutexLock lock(mutex_);
    for (const LaneId& id : progress_.Lanes()) {
      const auto lane = state.lanes.find(id);
      if (lane == state.lanes.end()) {
        progress_.ForgetLane(id);
        announced_.erase(id);
      } else if (lane->second.closed && progress_.DurableWatermark(id) >= lane->second.last &&
                 announced_.insert(id).second) {
        closed.push_back(id);
      }
    }
  }
  for (const LaneId& id : closed) {
    PostToOutput([id](Attachment& output) {
      if (output.callbacks.on_lane_closed) output.callbacks.on_lane_closed(id);
    });
  }
}

bool Cursor::WantsDisk(StreamPosition* from) {
  MutexLock lock(mutex_);
  const size_t used = arrived_bytes_ + (charge_ == nullptr ? 0 : charge_->bytes());
  if (!reading_ || backlog_ == nullptr || (used >= kReadBudget && !arrived_.empty())) {
    reading_ = false;
    return false;
  }
  *from = disk_from_;
  return true;
}

void Cursor::Arrived(std::vector<StreamPart> parts, const StreamPosition& end, bool dropped) {
  {
    MutexLock lock(mutex_);
    if (backlog_ == nullptr) {
      reading_ = false;
      return;
    }
    if (parts.empty() || parts.back().end < end) {
      StreamPart nothing;
      nothing.at = nothing.end = end;
      parts.push_back(nothing);
    }
    for (StreamPart& part : parts) {
      arrived_bytes_ += part.bytes;
      arrived_.push_back({std::move(part), std::exchange(dropped, false)});
    }
    disk_from_ = end;
    if (end >= host_.stream->memory_begin()) reading_ = false;
  }
  Wake();
}

StreamPosition Cursor::resume() const {
  MutexLock lock(mutex_);
  return progress_.resume();
}

void Cursor::Wake() {
  MutexLock lock(attachment_mutex_);
  if (attachment_ == nullptr || attachment_->ready_posted.exchange(true)) return;
  PostLocked([](Attachment& output) {
    output.ready_posted = false;
    if (output.callbacks.on_ready) output.callbacks.on_ready();
  });
}

}  // namespace andon::journal
