// Brings what outputs refused back into the pipeline, once: the output's id and the numbers of the
// events are its position.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/pipeline/input_slot.h"
#include "core/pipeline/rejected_events.h"
#include "core/plugin/position_store.h"

namespace andon {

// Thread: worker.
class Rejections final : private AckSink {
 public:
  Rejections(PositionStore& positions, EmitTarget& target)
      : positions_(positions), target_(target) {}

  // What was claimed before (a repeat after a crash) is not emitted again; `durable` is called
  // either way. When the pipeline ends first it is destroyed uncalled.
  void Emit(std::unique_ptr<RejectedEvents> rejected);

 private:
  void OnAck(uint64_t token, Outcome outcome) override;
  void EmitNew(const RejectedEvents& rejected, const std::vector<Range>& fresh,
               std::string_view source, Ack ack);

  PositionStore& positions_;
  EmitTarget& target_;
  uint64_t next_token_ = 1;
  std::map<uint64_t, std::unique_ptr<RejectedEvents>> waiting_;
};

}  // namespace andon
