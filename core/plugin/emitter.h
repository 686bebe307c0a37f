// Where an input puts its events.
#pragma once

#include <span>

#include "core/event/event_batch.h"
#include "core/plugin/ack.h"

namespace andon {

// Thread: worker. One per input instance.
class Emitter {
 public:
  virtual ~Emitter() = default;

  // Filters, routes and appends before it returns: all batches and positions as one, found whole or
  // not at all after a crash. Never refuses: past the high mark it has called Input::Pause. At most
  // one call per read callback, except for chunks that are acknowledged one by one. Batches may be
  // empty: then the positions alone are kept. `ack` is answered when everything is durable.
  virtual void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
                    Ack ack) = 0;
  void Emit(const EventBatch& batch, std::span<const Position> covers, Ack ack) {
    Emit(std::span<const EventBatch>(&batch, 1), covers, std::move(ack));
  }

  // Answered when everything that any worker has emitted before is durable: for repeats of what was
  // accepted already.
  virtual void AckWhenDurable(Ack ack) = 0;

  // This worker's tags.
  virtual TagTable& tags() = 0;
};

}  // namespace andon
