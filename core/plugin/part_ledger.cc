#include "core/plugin/part_ledger.h"

#include <utility>

namespace andon {

PartLedger::PartLedger(MetricScope scope)
    : scope_(std::move(scope)),
      received_(scope_.GetCounter("andon_events_received_total", "events that came to this part")),
      passed_(scope_.GetCounter("andon_events_passed_total",
                                "events passed on: emitted, kept, routed or delivered")),
      retried_(scope_.GetCounter("andon_events_retried_total", "events that were sent again")),
      rejected_(scope_.GetCounter("andon_events_rejected_total",
                                  "events that became error events")) {}

void PartLedger::Dropped(std::string_view cause, uint64_t events) {
  scope_
      .GetCounter("andon_events_dropped_total", "events given up, by cause",
                  {{"cause", std::string(cause)}})
      .Add(events);
}

}  // namespace andon
