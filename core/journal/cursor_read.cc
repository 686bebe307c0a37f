// What a cursor reads: from memory while it is there, else from the disk.
#include <algorithm>
#include <utility>

#include "core/journal/cursor.h"
#include "core/journal/intake.h"

namespace andon::journal {

namespace {

// Of a part with less than this share for one output, what it wants is copied: a few events must
// not pin a whole block.
constexpr size_t kPinFromShare = 4;

}  // namespace

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

void Cursor::SetBudget(size_t bytes) {
  MutexLock lock(mutex_);
  budget_ = std::max(bytes, kReadBudget);
}

void Cursor::Fill(uint64_t target) {
  while (backlog_->bytes() < target) {
    if (charge_->bytes() >= budget_) {
      charge_->Wait();
      // It may have been freed in between, and then nobody says so.
      if (charge_->bytes() >= budget_) return;
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
  host_.read_disk(shared_from_this(), epoch_);
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

size_t Cursor::WantedBytes(const StreamPart& part) const {
  size_t wanted = 0;
  ForEachRecord(part.records(), [&](const StoredRecord& record) {
    const bool events = record.kind() == RecordKind::kEvents && record.count() > 0;
    if (events && UseOf(record, part) != CursorProgress::Use::kSkip) wanted += record.bytes();
    return true;
  });
  return wanted;
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
  std::shared_ptr<const Pin> pin;
  if (WantedBytes(part) * kPinFromShare >= part.bytes) pin = PinOf(part);
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

// What is being read for whoever read until now is not for his successor.
void Cursor::ForgetDisk() {
  ++epoch_;
  reading_ = false;
  arrived_.clear();
  arrived_bytes_ = 0;
}

std::optional<StreamPosition> Cursor::WantsDisk(uint64_t epoch) {
  MutexLock lock(mutex_);
  if (epoch != epoch_ || !reading_) return std::nullopt;
  const size_t used = arrived_bytes_ + charge_->bytes();
  const bool enough = used >= budget_ || arrived_bytes_ >= kReadBudget;
  if (enough && !arrived_.empty()) {
    reading_ = false;
    return std::nullopt;
  }
  return disk_from_;
}

void Cursor::Arrived(uint64_t epoch, FromDisk found) {
  {
    MutexLock lock(mutex_);
    if (epoch != epoch_) return;
    if (found.parts.empty() || found.parts.back().end < found.end) {
      StreamPart nothing;
      nothing.at = nothing.end = found.end;
      found.parts.push_back(nothing);
    }
    for (StreamPart& part : found.parts) {
      arrived_bytes_ += part.bytes;
      arrived_.push_back({std::move(part), std::exchange(found.dropped, false)});
    }
    disk_from_ = found.end;
    if (found.end >= host_.stream->memory_begin()) reading_ = false;
  }
  Wake();
}

StreamPosition Cursor::NextToRead() const {
  if (reading_) return disk_from_;
  return arrived_.empty() ? host_.stream->NextOf(*reader_) : arrived_.back().part.end;
}

// Those for this output in what was read from the disk and is not scanned yet.
uint64_t Cursor::ArrivedEvents() const {
  uint64_t events = 0;
  for (const DiskPiece& piece : arrived_) {
    if (piece.part.bytes == 0) continue;
    ForEachRecord(piece.part.records(), [&](const StoredRecord& record) {
      const bool ours = record.kind() == RecordKind::kEvents && record.RoutedTo(number_);
      if (ours) events += record.count();
      return true;
    });
  }
  return events;
}

void Cursor::LetGo(const Stream::End& begin) {
  {
    MutexLock lock(mutex_);
    const bool away = backlog_ == nullptr;
    if (away || let_go_ >= begin.at) return;
    const StreamPosition next = NextToRead();
    // What is still in memory is not lost yet.
    if (next < begin.at && next >= host_.stream->begin().at) return;
    let_go_ = begin.at;
    const auto ordinal = begin.ordinals->find(number_);
    if (next >= begin.at || ordinal == begin.ordinals->end()) return;
    if (!progress_.LetGo(ordinal->second, ArrivedEvents())) return;
    dirty_ = true;
  }
  Wake();
}

}  // namespace andon::journal
