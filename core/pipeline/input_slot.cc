#include "core/pipeline/input_slot.h"

#include <algorithm>

#include "core/base/log.h"

namespace andon {

InputSlot::InputSlot(const InputConfig& config, const Place& place, EmitTarget& target)
    : target_(target),
      ledger_(MetricScope(place.environment.metrics, {{"kind", "input"}, {"id", config.id}})),
      context_{{.id = config.id,
                .hostname = place.environment.hostname,
                .data_dir = place.data_dir,
                .loop = place.loop,
                .network = place.network,
                .files = place.environment.files,
                .random = place.environment.random,
                .metrics =
                    MetricScope(place.environment.metrics, {{"kind", "input"}, {"id", config.id}}),
                .ledger = ledger_},
               place.worker,
               place.workers,
               place.positions},
      input_(config.factory()) {}

void InputSlot::Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
                     Ack ack) {
  if (closed_)
    return;  // Past its deadline: the ack reports kDropped, positions stay where they are.
  uint64_t events = 0;
  for (const EventBatch& batch : batches) events += batch.count;
  ledger_.Passed(events - std::min(events, ledger_.TakeRejected()));
  target_.Emit(batches, covers, std::move(ack));
}

void InputSlot::Stop(Duration grace, UniqueFunction<void()> done) {
  stopped_ = std::move(done);
  deadline_ = context_.loop.After(grace, [this] {
    LogWarn(context_.id, "input did not stop in time, its unfinished input is read again later");
    Stopped();
  });
  input_->Stop([this] { Stopped(); });
}

void InputSlot::Stopped() {
  if (closed_) return;
  closed_ = true;
  deadline_.reset();
  // Not inside the input's own call: `done` may destroy the slot.
  context_.loop.Post([done = std::move(stopped_)]() mutable { done(); });
}

}  // namespace andon
