// Brings chunks from the journal to one output: how big, how many at once, when again; and the
// cursor behind what is done. The output itself never retries, buffers or sleeps.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/thread_checker.h"
#include "core/base/unique_function.h"
#include "core/journal/journal.h"
#include "core/loop/loop.h"
#include "core/pipeline/flusher_accounts.h"
#include "core/pipeline/output_trouble.h"
#include "core/pipeline/pipeline_config.h"
#include "core/pipeline/rejected_events.h"
#include "core/plugin/output.h"
#include "core/plugin/part_ledger.h"

namespace andon {

// Thread: output.
class Flusher {
 public:
  struct Parts {
    std::string id;
    Loop& loop;
    Random& random;
    PartLedger& ledger;
    MetricScope metrics;
    Output& output;
    OutputCursor& cursor;
    OutputTrouble& trouble;
    // Hands refused events to a worker; `durable` in it is called on the worker.
    UniqueFunction<void(std::unique_ptr<RejectedEvents>)> reject;
  };
  // `limits` with the user's wishes applied.
  Flusher(Parts parts, const OutputLimits& limits, const RetryConfig& retry);
  ~Flusher();

  void Start();
  // The cursor says that there may be more.
  void OnReady() { Pump(); }
  // No new writes; `done` when what is under way has been answered. Chunks that wait for another
  // try stay in the journal.
  void Stop(UniqueFunction<void()> done);
  // Everything that is routed here has been delivered.
  bool idle() const;

 private:
  class Door;
  // A chunk on its way. Its window is finished piece by piece, as its events are.
  struct Delivery {
    Chunk chunk;
    std::vector<Range> scope;  // What of the window it stands for: the rest has its own way.
    int tries = 0;
    MonotonicTime first_try{};
    MonotonicTime due{};
    uint64_t outage = 0;  // How many there had been when it was written.
  };
  void Pump();
  bool StartOne();
  std::optional<Chunk> NextChunk();
  void Write(Delivery delivery);
  void Done(const Delivery& delivery, WriteResult result);
  void Deliver(const Delivery& delivery, WriteResult& result);
  void Refuse(const Delivery& delivery, std::vector<Rejection> rejections);
  void Refused(const Chunk& chunk, const std::vector<Rejection>& rejections);
  void Again(Delivery delivery, const Status& status);
  bool GivesUp(const Delivery& delivery) const;
  void NoteFailure(const Delivery& delivery, const Status& status);
  void NoteSuccess();
  void WakeAt(MonotonicTime due);

  Parts parts_;
  const OutputLimits limits_;
  const RetryConfig retry_;
  ThreadChecker thread_;
  std::deque<Delivery> again_;
  size_t again_bytes_ = 0;
  int in_flight_ = 0;
  int refusing_ = 0;      // Batches of error events that are not durable yet.
  int failures_ = 0;      // In a row.
  uint64_t outages_ = 0;  // Failures that counted: what was under way then says nothing new.
  MonotonicTime closed_until_{};
  std::optional<MonotonicTime> filling_since_;
  std::unique_ptr<Timer> timer_;
  MonotonicTime timer_due_{};
  bool started_ = false;
  bool pumping_ = false;
  UniqueFunction<void()> stopped_;
  std::shared_ptr<Door> door_;
  Histogram& write_seconds_;
  const std::shared_ptr<FlusherAccounts> accounts_;
};

}  // namespace andon
