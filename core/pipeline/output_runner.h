// One output with its thread, its cursor and its flusher, as the main thread handles it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/journal/journal.h"
#include "core/pipeline/environment.h"
#include "core/pipeline/flusher.h"
#include "core/pipeline/pipeline_config.h"

namespace andon {

// Thread: main. Stopped before it is destroyed, unless it was never prepared.
class OutputRunner {
 public:
  struct Place {
    const Environment& environment;
    Journal& journal;
    std::string data_dir;
    // Thread: any.
    std::function<void(std::unique_ptr<RejectedEvents>)> reject;
    // This process has not counted what the cursor held when it was opened.
    bool count_inherited = false;
  };
  OutputRunner(OutputConfig config, Place place);
  ~OutputRunner();

  const OutputConfig& config() const { return config_; }
  const std::shared_ptr<PartLedger>& ledger() const { return ledger_; }

  // Opens the cursor and prepares the output on its thread; `done` on the main thread.
  void Prepare(UniqueFunction<void(Status)> done);
  void Start();
  // Goes on until everything is delivered or `grace` is over, then stops writing and lets the
  // output finish; the cursor is stored. `done` on the main thread, when the thread is free.
  void Stop(Duration grace, UniqueFunction<void()> done);
  // After Stop: events that it has not delivered.
  uint64_t left() const;
  // Why it does not deliver; empty when all is well.
  std::string trouble() const;

 private:
  struct OnThread;  // What lives on the output's thread.
  OutputLimits WithWishes(OutputLimits limits) const;

  const OutputConfig config_;
  const Place place_;
  std::shared_ptr<PartLedger> ledger_;
  std::unique_ptr<LoopThread> thread_;
  std::shared_ptr<OnThread> on_thread_;
};

}  // namespace andon
