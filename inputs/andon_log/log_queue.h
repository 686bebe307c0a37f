// What andond logs, on its way from any thread to the input's worker.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/event/batch_builder.h"
#include "core/loop/loop.h"
#include "core/plugin/context.h"

namespace andon::andon_log {

struct LogQueueOptions {
  LogLevel level = LogLevel::kInfo;  // What is below is not taken.
  uint32_t events = 1000;            // As many wait; more are dropped and counted.
  uint32_t rate = 100;               // As many in a second; more are dropped and counted.
};

// Bounded, and never waits for anybody: an output that is in trouble logs that, and this must not
// make it worse.
class LogQueue {
 public:
  // `wake` runs on the context's loop when there is something to take.
  LogQueue(const LogQueueOptions& options, const PluginContext& context,
           std::function<void()> wake);

  // Thread: any. Called with the log's lock held: neither blocks nor logs.
  void Add(const LogEvent& event);
  // Exchanges what waits with `batch`, whose memory is used on. Thread: the loop's.
  void Take(BatchBuilder* batch);
  // Nothing is added any more, nobody is woken. Thread: the loop's.
  void Close();

  // While one of these lives, what its thread logs is dropped and counted: it is about the emitting
  // of log events.
  class Emitting {
   public:
    Emitting();
    ~Emitting();
    Emitting(const Emitting&) = delete;
    Emitting& operator=(const Emitting&) = delete;
  };

 private:
  const char* WhyNot(const LogEvent& event) REQUIRES(mutex_);

  const LogQueueOptions options_;
  const std::string hostname_;
  Loop& loop_;
  PartLedger& ledger_;
  Mutex mutex_;
  std::function<void()> wake_ GUARDED_BY(mutex_);
  BatchBuilder waiting_ GUARDED_BY(mutex_);
  bool woken_ GUARDED_BY(mutex_) = false;
  uint32_t second_ GUARDED_BY(mutex_) = 0;
  uint32_t in_second_ GUARDED_BY(mutex_) = 0;
};

}  // namespace andon::andon_log
