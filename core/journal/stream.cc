#include "core/journal/stream.h"

#include <algorithm>
#include <utility>

namespace andon::journal {

void Stream::Begin(End end) {
  MutexLock lock(mutex_);
  begin_ = end_ = end.at;
  end_ordinals_ = std::move(end.ordinals);
}

void Stream::Publish(std::vector<StreamPart> parts, End end) {
  std::vector<std::shared_ptr<StreamReader>> woken;
  {
    MutexLock lock(mutex_);
    if (parts_.empty()) begin_ = end_;
    for (StreamPart& part : parts) {
      bytes_ += part.held_bytes;
      parts_.push_back(std::move(part));
    }
    end_ = end.at;
    end_ordinals_ = std::move(end.ordinals);
    if (!parts.empty()) {
      for (const auto& reader : readers_) {
        if (std::exchange(reader->waiting_, false)) woken.push_back(reader);
      }
    }
    Evict();
  }
  for (const auto& reader : woken) reader->wake_();
}

void Stream::Attach(const std::shared_ptr<StreamReader>& reader, const StreamPosition& next) {
  MutexLock lock(mutex_);
  reader->next_ = next;
  reader->keep_ = next;
  readers_.push_back(reader);
}

void Stream::Detach(const std::shared_ptr<StreamReader>& reader) {
  MutexLock lock(mutex_);
  std::erase(readers_, reader);
  Evict();
}

void Stream::MoveTo(StreamReader& reader, const StreamPosition& next) {
  MutexLock lock(mutex_);
  reader.next_ = next;
}

Stream::Source Stream::Take(StreamReader& reader, StreamPart* part) {
  MutexLock lock(mutex_);
  const StreamPosition begin = parts_.empty() ? end_ : begin_;
  if (reader.next_ < begin) {
    part->at = reader.next_;
    return Source::kDisk;
  }
  const auto found = std::ranges::lower_bound(parts_, reader.next_, {}, &StreamPart::at);
  if (found == parts_.end()) {
    // At most the journal's own records are left.
    *part = StreamPart();
    reader.next_ = part->at = part->end = end_;
    part->ordinals = end_ordinals_;
    reader.waiting_ = true;
    return Source::kNothing;
  }
  *part = *found;
  reader.next_ = part->end;
  Evict();
  return Source::kPart;
}

void Stream::Finished(StreamReader& reader, const StreamPosition& keep) {
  MutexLock lock(mutex_);
  reader.keep_ = keep;
  Evict();
}

void Stream::DropOldest() {
  MutexLock lock(mutex_);
  while (!parts_.empty() && bytes_ > memory_bytes_ / 2) PopFront();
}

StreamPosition Stream::end() const {
  MutexLock lock(mutex_);
  return end_;
}

Stream::End Stream::begin() const {
  MutexLock lock(mutex_);
  if (parts_.empty()) return {end_, end_ordinals_};
  return {begin_, parts_.front().ordinals};
}

StreamPosition Stream::NextOf(const StreamReader& reader) const {
  MutexLock lock(mutex_);
  return reader.next_;
}

size_t Stream::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

void Stream::Evict() {
  StreamPosition needed = end_;
  for (const auto& reader : readers_) {
    needed = std::min(needed, retains_ ? reader->keep_ : reader->next_);
  }
  while (!parts_.empty() && parts_.front().end <= needed) PopFront();
  if (retains_) return;
  // Readers that are behind find the rest on the disk.
  while (!parts_.empty() && bytes_ > memory_bytes_) PopFront();
}

void Stream::PopFront() {
  const StreamPart& part = parts_.front();
  bytes_ -= part.held_bytes;
  if (retains_) pressure_.Sub(part.held_bytes);
  begin_ = part.end;
  parts_.pop_front();
}

}  // namespace andon::journal
