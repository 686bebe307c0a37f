// A part's line in the loss ledger: every event is received, and then passed on, or dropped for a
// cause that has a name, or rejected. received = passed + dropped(by cause) + rejected + held.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/metrics/metrics.h"

namespace andon {

// Inputs: Received is what the source gave (what the kernel dropped before it was read included),
// Passed what was emitted (done by the pipeline), Dropped what the input gave up. Rejected is what
// it emits as error events: said before the Emit that has them, and not counted as passed.
// Thread: any.
class PartLedger {
 public:
  explicit PartLedger(MetricScope scope);
  ~PartLedger();
  PartLedger(const PartLedger&) = delete;
  PartLedger& operator=(const PartLedger&) = delete;

  void Received(uint64_t events) { received_.Add(events); }
  void Passed(uint64_t events) { passed_.Add(events); }
  // `cause` is a short word: "kernel", "too_long", "filtered", "overflow". A counter each.
  void Dropped(std::string_view cause, uint64_t events);
  void Retried(uint64_t events) { retried_.Add(events); }
  void Rejected(uint64_t events) {
    rejected_.Add(events);
    untold_rejected_.fetch_add(events, std::memory_order_relaxed);
  }
  // What this one, whoever else counts for the same part, has rejected since the last call.
  uint64_t TakeRejected() { return untold_rejected_.exchange(0, std::memory_order_relaxed); }

  uint64_t received() const { return received_.value(); }
  uint64_t passed() const { return passed_.value(); }

 private:
  struct Cause;
  Counter& CauseCounter(std::string_view cause);

  MetricScope scope_;
  Counter& received_;
  Counter& passed_;
  Counter& retried_;
  Counter& rejected_;
  std::atomic<uint64_t> untold_rejected_{0};
  std::atomic<Cause*> causes_{nullptr};  // A list that only grows, so that reading needs no lock.
};

}  // namespace andon
