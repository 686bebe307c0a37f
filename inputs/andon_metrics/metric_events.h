// What andond has counted, as events: one for each part, and one for each other set of labels.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/event/batch_builder.h"
#include "core/metrics/metrics.h"

namespace andon::andon_metrics {

struct MetricEventOptions {
  std::string_view hostname;
  EventTime time;
  double seconds = 0;  // Since the events before these.
};

// Appends to `batch`, the parts in the order of their kind and id:
//
//   {"host": HOSTNAME, "andon": {"kind": "output", "id": "es", "interval_seconds": 10.0,
//    "events_received": 5, "events_passed": 3, "events_held": 2, ...}}
//
// A metric's name goes without andon_ and _total. Counters are what they have grown by, gauges what
// they are; a histogram gives NAME_count and NAME_sum. A metric with more labels than kind and id
// is in an event of its own, with these labels as fields ("cause": "kernel", "events_dropped": 3);
// a counter there is left out when it has not grown. A metric without an id belongs to the part
// that is called like its kind, one without a kind to andond itself.
void AppendMetricEvents(const std::vector<MetricChange>& changes, const MetricEventOptions& options,
                        BatchBuilder& batch);

}  // namespace andon::andon_metrics
