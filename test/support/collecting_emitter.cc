#include "test/support/collecting_emitter.h"

#include <utility>

#include "core/base/check.h"

namespace andon {

void CollectingEmitter::Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
                             Ack ack) {
  Emitted emitted;
  emitted.acked = static_cast<bool>(ack);
  for (const EventBatch& batch : batches) {
    std::vector<TestEvent> events = DecodeBatch(batch);
    CHECK(events.size() == batch.count);
    for (TestEvent& event : events) {
      CHECK(batch.times.earliest <= event.time && event.time <= batch.times.latest);
      emitted.events.push_back(std::move(event));
    }
    uint64_t identities = 0;
    for (const Run& run : batch.origin) identities += run.count;
    CHECK(batch.origin.empty() || identities == batch.count);
    emitted.origins.emplace_back(batch.origin.begin(), batch.origin.end());
  }
  for (const Position& position : covers) {
    emitted.positions.push_back(
        {std::string(position.source), std::string(AsText(position.value)), position.kind});
    if (positions_ != nullptr) positions_->Store(position);
  }
  emits_.push_back(std::move(emitted));
  Take(std::move(ack));
  if (hook_) hook_();
}

void CollectingEmitter::AckWhenDurable(Ack ack) { Take(std::move(ack)); }

void CollectingEmitter::Take(Ack ack) {
  if (!ack) return;
  if (at_once_) return ack.Durable();
  acks_.push_back(std::move(ack));
}

void CollectingEmitter::AnswerOne() {
  CHECK(!acks_.empty());
  Ack ack = std::move(acks_.front());
  acks_.pop_front();
  ack.Durable();
}

void CollectingEmitter::AnswerAll() {
  while (!acks_.empty()) AnswerOne();
}

void CollectingEmitter::DropAll() {
  std::deque<Ack> dropped = std::move(acks_);
  acks_.clear();
}

std::vector<TestEvent> CollectingEmitter::events() const {
  std::vector<TestEvent> all;
  for (const Emitted& emitted : emits_) {
    all.insert(all.end(), emitted.events.begin(), emitted.events.end());
  }
  return all;
}

std::vector<std::string> CollectingEmitter::records() const {
  std::vector<std::string> all;
  for (TestEvent& event : events()) all.push_back(std::move(event.record));
  return all;
}

size_t CollectingEmitter::count() const {
  size_t count = 0;
  for (const Emitted& emitted : emits_) count += emitted.events.size();
  return count;
}

}  // namespace andon
