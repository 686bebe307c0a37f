#include "core/journal/cursor.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/journal/intake.h"

namespace andon::journal {

Cursor::Cursor(CursorState state, uint64_t routed, From from, Host host)
    : number_(state.number),
      host_(std::move(host)),
      routed_(std::make_shared<RoutedCount>(routed)),
      progress_(std::move(state)),
      told_gap_(progress_.gap()),
      told_damaged_(progress_.damaged()) {
  stored_ = wants_past_ = from == From::kJournal;
  fresh_ = !stored_;
  dirty_ = urgent_ = progress_.created() == StreamPosition{};
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
  from_oldest_ = wants_past_ = options.from_oldest;
  wants_ = options.wants;
  charge_ = std::make_shared<Charge>([weak = weak_from_this()] {
    if (const auto cursor = weak.lock()) cursor->Wake();
  });
  backlog_ = std::make_unique<Backlog>(charge_);
  budget_ = kReadBudget;
  progress_.Restart();
  announced_.clear();
  scanned_segment_ = 0;
  ForgetDisk();
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
  dirty_ = wants_past_ = true;
}

bool Cursor::attached() const {
  MutexLock lock(attachment_mutex_);
  return attachment_ != nullptr;
}

bool Cursor::pending() const {
  MutexLock lock(mutex_);
  return progress_.pending();
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
  ForgetDisk();
  saves_.clear();
  saving_.clear();
  // So that its absence is counted.
  if (!host_.intake->in_memory) host_.intake->request_commit();
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

OutputCursor::Counts Cursor::counts() const {
  MutexLock lock(mutex_);
  return {progress_.Held(routed_->events), progress_.gap(), progress_.damaged()};
}

OutputCursor::Counts Cursor::TakeCounts() {
  MutexLock lock(mutex_);
  return {progress_.Held(routed_->events),
          progress_.gap() - std::exchange(told_gap_, progress_.gap()),
          progress_.damaged() - std::exchange(told_damaged_, progress_.damaged())};
}

std::string Cursor::note() const {
  MutexLock lock(mutex_);
  return progress_.note();
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
