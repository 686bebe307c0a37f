// What an output is given where no pipeline is around it: for checks, and for replays.
#pragma once

#include <memory>
#include <string>

#include "core/loop/loop.h"
#include "core/metrics/metrics.h"
#include "core/net/stream.h"
#include "core/plugin/context.h"
#include "core/plugin/part_ledger.h"

namespace andon {

// Declare it before the output: it must outlive it. Thread: the one that runs the loop.
class LoneContext {
 public:
  LoneContext(const std::string& id, const std::string& data_dir);

  RunnableLoop& loop() { return *loop_; }
  OutputContext& output() { return output_; }

 private:
  const std::unique_ptr<RunnableLoop> loop_;
  const std::unique_ptr<Network> network_;
  MetricRegistry metrics_;
  MetricScope scope_;
  PartLedger ledger_;
  OutputContext output_;
};

}  // namespace andon
