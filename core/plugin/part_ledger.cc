#include "core/plugin/part_ledger.h"

#include <memory>
#include <string>
#include <utility>

namespace andon {

struct PartLedger::Cause {
  std::string name;
  Counter& counter;
  Cause* next;
};

PartLedger::PartLedger(MetricScope scope)
    : scope_(std::move(scope)),
      received_(scope_.GetCounter("andon_events_received_total", "Events that came to the part.")),
      passed_(scope_.GetCounter("andon_events_passed_total",
                                "Events that the part passed on: emitted, kept or delivered.")),
      retried_(scope_.GetCounter("andon_events_retried_total",
                                 "Events that the part tried again, each time counted.")),
      rejected_(scope_.GetCounter("andon_events_rejected_total",
                                  "Events that were refused for good and became error events.")) {}

PartLedger::~PartLedger() {
  for (Cause* cause = causes_.load(); cause != nullptr;) {
    delete std::exchange(cause, cause->next);
  }
}

void PartLedger::Dropped(std::string_view cause, uint64_t events) {
  CauseCounter(cause).Add(events);
}

Counter& PartLedger::CauseCounter(std::string_view cause) {
  Cause* const first = causes_.load(std::memory_order_acquire);
  for (Cause* at = first; at != nullptr; at = at->next) {
    if (at->name == cause) return at->counter;
  }
  Counter& counter =
      scope_.GetCounter("andon_events_dropped_total", "Events that the part gave up, by cause.",
                        {{"cause", std::string(cause)}});
  // Two threads that meet a new cause at once put it in twice, with the same counter: no harm.
  auto made = std::make_unique<Cause>(Cause{std::string(cause), counter, first});
  while (!causes_.compare_exchange_weak(made->next, made.get(), std::memory_order_acq_rel)) {
  }
  static_cast<void>(made.release());  // The list's from here on.
  return counter;
}

}  // namespace andon
