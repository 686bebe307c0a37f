// An Emitter that keeps what it is given, decoded, and answers acks when the test says so.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "core/base/unique_function.h"
#include "core/plugin/emitter.h"
#include "test/support/memory_positions.h"
#include "test/support/test_event.h"

namespace andon {

class CollectingEmitter : public Emitter {
 public:
  // `positions`: where what is emitted is stored, as the journal does; may be null.
  explicit CollectingEmitter(MemoryPositions* positions = nullptr) : positions_(positions) {}

  using Emitter::Emit;
  void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
            Ack ack) override;
  void AckWhenDurable(Ack ack) override;
  TagTable& tags() override { return tags_; }

  struct OwnedPosition {
    std::string source;
    std::string value;
    Position::Kind kind = Position::Kind::kReplace;
  };
  struct Emitted {  // One call of Emit.
    std::vector<TestEvent> events;
    std::vector<std::vector<Run>> origins;  // Of each batch.
    std::vector<OwnedPosition> positions;
    bool acked = false;  // Somebody waits, or waited, for its ack.
  };
  const std::vector<Emitted>& emits() const { return emits_; }
  // Of all emits, in order.
  std::vector<TestEvent> events() const;
  std::vector<std::string> records() const;  // Their records only.
  size_t count() const;

  // Acks that nobody has answered; those of AckWhenDurable too, in their order.
  size_t waiting() const { return acks_.size(); }
  void AnswerOne();
  void AnswerAll();
  void DropAll();  // As the end of the pipeline does.
  // From now on every ack is answered before Emit returns.
  void AnswerAtOnce(bool at_once) { at_once_ = at_once; }
  // Called at the end of each Emit: where a pipeline calls Input::Pause.
  void OnEmit(UniqueFunction<void()> hook) { hook_ = std::move(hook); }
  void Clear() { emits_.clear(); }

 private:
  void Take(Ack ack);

  MemoryPositions* positions_;
  TagTable tags_;
  std::vector<Emitted> emits_;
  std::deque<Ack> acks_;
  bool at_once_ = false;
  UniqueFunction<void()> hook_;
};

}  // namespace andon
