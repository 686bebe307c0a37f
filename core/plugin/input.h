// What an input is. Data only leaves it; pause and resume come back.
#pragma once

#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/plugin/ack.h"
#include "core/plugin/context.h"
#include "core/plugin/emitter.h"

namespace andon {

// One instance per worker, all methods on its worker's thread, in this order: Prepare, Start, then
// Pause and Resume in turn, then Stop. An instance that is prepared may be destroyed unstarted.
class Input : public AckSink {
 public:
  virtual ~Input() = default;
  // Binds, opens, reads; may fail. The old pipeline runs meanwhile, so nothing of it is touched: a
  // predecessor with the same id may still emit, so positions are not read before Start.
  // The context lives as long as the input.
  virtual Status Prepare(InputContext& context) = 0;
  // Reads positions and begins to emit. Cannot fail.
  virtual void Start(Emitter& emitter) = 0;
  // Stop reading: what is being read may still be emitted, then nothing until Resume. Also called
  // from inside Emit.
  virtual void Pause() = 0;
  virtual void Resume() = 0;
  // Reads no more, emits what is whole, and calls `done`; after that it emits nothing. Acks that
  // still come are for it until it is destroyed. The pipeline waits `shutdown_grace` at most.
  virtual void Stop(UniqueFunction<void()> done) = 0;
  void OnAck(uint64_t /*token*/, Outcome /*outcome*/) override {}
};

}  // namespace andon
