// What one read brought: batches, positions and replies on their way to one Emit.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/batch_builder.h"
#include "core/event/event_batch.h"
#include "core/plugin/emitter.h"
#include "core/plugin/error_event.h"

namespace andon::forward {

// Makes an Ack that, when it is durable, sends `reply` to the connection that is being read.
class Replier {
 public:
  virtual Ack AckFor(ByteBuffer reply) = 0;

 protected:
  ~Replier() = default;
};

// Thread: worker. One per worker, reused from read to read.
class Turn {
 public:
  void Start(Emitter& emitter) { emitter_ = &emitter; }

  // The tag that was interned last if it is this one; else null.
  const Tag* FindLast(std::string_view text) const {
    return last_tag_ != nullptr && last_tag_->text() == text ? last_tag_ : nullptr;
  }
  // The tag for the batches of this turn. Flushes when too many are in use.
  const Tag& Intern(std::string_view text);
  // The same for a tag that no message has.
  const Tag& InternError(std::string_view text) {
    ++interned_;
    return emitter_->tags().Intern(text);
  }
  // Entries that stay where they are until Finish. `origin` may be empty.
  void AddBorrowed(const Tag& tag, Bytes entries, uint32_t count, const TimeRange& times,
                   std::span<const Run> origin);
  // One entry that is copied. `origin` has one run of one, or none.
  void AddCopy(const Tag& tag, EventTime time, Bytes entry, std::span<const Run> origin);
  void AddError(const Tag& tag, const ErrorEvent& error);
  void AddPosition(std::string source, std::string value, Position::Kind kind);
  // Sent when the events of this turn are durable.
  ByteBuffer& replies() { return replies_; }
  // Sent when everything is durable that was emitted before, whoever did: for repeats.
  ByteBuffer& late_replies() { return late_replies_; }
  // True once the turn holds more tags than a tag table keeps: time to finish.
  bool full() const { return interned_ >= kMaxInterned; }

  // Emits what there is. Borrowed entries may go afterwards.
  void Finish(Replier& replier);

 private:
  static constexpr size_t kMaxInterned = 2000;
  struct Made {
    BatchBuilder batch;
  };
  struct Item {
    const Tag* tag;
    Bytes entries;
    uint32_t count;
    TimeRange times;
    Made* made;  // Null: entries are borrowed.
    size_t origin_begin;
    size_t origin_count;
  };
  struct OwnedPosition {
    std::string source;
    std::string value;
    Position::Kind kind;
  };
  // The batch that is being built for `tag`; a new one when order asks for it.
  Item& MadeFor(const Tag& tag, bool with_origin);
  void Emit(Ack ack);
  void Clear();

  Emitter* emitter_ = nullptr;
  std::vector<Item> items_;
  std::vector<std::unique_ptr<Made>> made_;
  size_t made_used_ = 0;
  std::vector<Run> origins_;
  std::vector<OwnedPosition> positions_;
  ByteBuffer replies_;
  ByteBuffer late_replies_;
  const Tag* last_tag_ = nullptr;
  size_t interned_ = 0;
  std::vector<EventBatch> batches_;
  std::vector<Position> covers_;
};

}  // namespace andon::forward
