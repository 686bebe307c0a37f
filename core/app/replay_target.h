// Where replayed events go: an output plugin on a loop of its own, driven chunk by chunk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/lone_context.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/event/chunk.h"
#include "core/loop/loop.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"

namespace andon {

struct ReplayTargetOptions {
  std::string address;  // Of a forward server; or:
  std::string file;     // YAML with the options of one output, as under `outputs:`.
  Duration give_up_after = std::chrono::minutes(1);  // What cannot be delivered for so long.
};

// kInvalidConfig: every problem of the YAML, a line each.
Result<Factory<Output>> ReadReplayOutput(const ReplayTargetOptions& options);

// Thread: one; its calls run the loop until they have their answer.
class ReplayTarget {
 public:
  ReplayTarget(std::unique_ptr<Output> output, Duration give_up_after);
  ~ReplayTarget();

  Status Prepare();
  // Returns when every event is delivered or rejected. kUnavailable: not for `give_up_after`; what
  // was delivered before stays so.
  Status Deliver(Chunk chunk);
  size_t chunk_bytes() const { return limits_.bytes; }
  uint64_t delivered() const { return delivered_; }
  uint64_t rejected() const { return rejected_; }
  const std::string& first_rejection() const { return first_rejection_; }

 private:
  WriteResult Write(const Chunk& chunk);
  void Wait(Duration delay);
  // Counts what became of the chunk; returns what must be written once more.
  std::vector<Range> Count(const Chunk& chunk, const WriteResult& result);
  void CountRejected(uint64_t events, std::string_view reason);

  const Duration give_up_after_;
  LoneContext context_;
  RunnableLoop& loop_;
  std::unique_ptr<Output> output_;
  OutputLimits limits_;
  bool started_ = false;
  uint64_t delivered_ = 0;
  uint64_t rejected_ = 0;
  std::string first_rejection_;
};

}  // namespace andon
