// Prometheus' text form, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <string>
#include <string_view>

#include "core/metrics/metrics.h"

namespace andon {

bool IsMetricName(std::string_view name);  // [a-zA-Z_:][a-zA-Z0-9_:]*

// The HELP and TYPE lines.
void AppendFamilyHead(std::string_view name, std::string_view help, MetricType type,
                      std::string& out);
// The lines of one metric. Label values may hold any bytes; what is not UTF-8 shows as U+FFFD.
void AppendMetric(std::string_view name, const Labels& labels, const Counter& counter,
                  std::string& out);
void AppendMetric(std::string_view name, const Labels& labels, const Gauge& gauge,
                  std::string& out);
void AppendMetric(std::string_view name, const Labels& labels, const Histogram& histogram,
                  std::string& out);

}  // namespace andon
