// A part's line in the loss ledger: every event is received, and then passed on, or dropped for a
// cause that has a name. received = passed + dropped(by cause) + held.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/metrics/metrics.h"

namespace andon {

// Inputs: Received is what the source gave (what the kernel dropped before it was read included),
// Passed what was emitted (done by the pipeline), Dropped what the input gave up.
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
  void Rejected(uint64_t events) { rejected_.Add(events); }

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
  std::atomic<Cause*> causes_{nullptr};  // A list that only grows, so that reading needs no lock.
};

}  // namespace andon
