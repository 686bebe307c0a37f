// The durable end of the journal that is still in memory: what outputs read without the disk.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/unique_function.h"
#include "core/event/event_batch.h"
#include "core/journal/block.h"
#include "core/journal/format.h"
#include "core/journal/pressure.h"

namespace andon::journal {

// By cursor: how many events were routed to it before a segment began.
using Ordinals = std::map<uint32_t, uint64_t>;

// A durable part, from memory or as read from the disk. Pins its block.
struct StreamPart {
  StreamPosition at;
  StreamPosition end;
  LaneId lane;
  std::shared_ptr<Block> block;
  size_t offset = 0;  // Of the records in the block.
  size_t bytes = 0;
  size_t held_bytes = 0;
  std::shared_ptr<const Ordinals> ordinals;  // Of its segment; null: not known.

  Bytes records() const { return {block->data() + offset, bytes}; }
};

class StreamReader {
 public:
  explicit StreamReader(UniqueFunction<void()> wake) : wake_(std::move(wake)) {}

 private:
  friend class Stream;  // Two halves of one thing: everything in here is under its lock.
  StreamPosition next_;
  StreamPosition keep_;  // Without a journal: nothing from here on may go.
  bool waiting_ = false;
  UniqueFunction<void()> wake_;
};

// Thread: any.
class Stream {
 public:
  // `retains`: without a journal parts stay until every reader has finished them.
  Stream(Pressure& pressure, size_t memory_bytes, bool retains)
      : pressure_(pressure), memory_bytes_(memory_bytes), retains_(retains) {}

  // Where the stream ends, and what had been routed by the beginning of that segment (without a
  // journal: by now).
  struct End {
    StreamPosition at;
    std::shared_ptr<const Ordinals> ordinals;
  };
  void Begin(End end);
  // Parts are durable, in this order. Wakes who waits.
  void Publish(std::vector<StreamPart> parts, End end);

  // Reads from `next` on. Destroy the reader's last pointer after Detach only.
  void Attach(const std::shared_ptr<StreamReader>& reader, const StreamPosition& next);
  void Detach(const std::shared_ptr<StreamReader>& reader);
  void MoveTo(StreamReader& reader, const StreamPosition& next);

  enum class Source : uint8_t { kPart, kNothing, kDisk };
  // The part at or behind the reader's place, which moves behind it. kNothing: the reader is woken
  // when there is more; `part` has no bytes then, and says where the stream ends. kDisk: what is at
  // `part->at` has left the memory.
  Source Take(StreamReader& reader, StreamPart* part);
  // Without a journal: the reader has finished everything before `keep`.
  void Finished(StreamReader& reader, const StreamPosition& keep);
  // Without a journal, with overflow: drop_oldest: lets go until half of the memory is free.
  void DropOldest();

  StreamPosition end() const;
  // Where memory begins.
  End begin() const;
  StreamPosition memory_begin() const { return begin().at; }
  // What Take would give next.
  StreamPosition NextOf(const StreamReader& reader) const;
  size_t bytes() const;

 private:
  void Evict() REQUIRES(mutex_);
  void PopFront() REQUIRES(mutex_);

  Pressure& pressure_;
  const size_t memory_bytes_;
  const bool retains_;
  mutable Mutex mutex_;
  std::deque<StreamPart> parts_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  StreamPosition begin_ GUARDED_BY(mutex_);  // All from here on is in parts_.
  StreamPosition end_ GUARDED_BY(mutex_);
  std::shared_ptr<const Ordinals> end_ordinals_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<StreamReader>> readers_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
