// What the output counts.
#pragma once

#include "core/metrics/metrics.h"
#include "outputs/elasticsearch/write_job.h"

namespace andon::elasticsearch {

struct OutputMetrics {
  explicit OutputMetrics(const MetricScope& scope);
  void Count(const ItemCounts& counts, bool own_ids);
  Counter& Requests(int code);  // 0: no answer.

  Counter& created;
  Counter& exists;
  Counter& conflicts;
  Counter& again;
  Counter& rejected;
  Counter& halved;
  Counter& doubtful;
  Counter& found;
  Counter& bytes;
  Counter& sent_bytes;
  Histogram& seconds;
  Gauge& in_flight;
  Gauge& limit;

 private:
  MetricScope scope_;
};

}  // namespace andon::elasticsearch
