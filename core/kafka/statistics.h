// librdkafka's statistics as our metrics
// (https://github.com/confluentinc/librdkafka/blob/master/STATISTICS.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/metrics/metrics.h"

namespace andon::kafka {

// Thread: one.
class Statistics {
 public:
  explicit Statistics(MetricScope metrics) : metrics_(std::move(metrics)) {}

  // One report. What makes no sense is left out. Counts go on when a client is made anew.
  void Take(std::string_view untrusted_json);
  // The client is gone: its counts begin again.
  void ForgetClient() { last_.clear(); }

 private:
  class Walk;
  void Set(std::string_view name, std::string_view help, const Labels& labels, double value);
  void Count(std::string_view name, std::string_view help, const Labels& labels, double total);

  const MetricScope metrics_;
  std::map<std::string, uint64_t> last_;  // By name and labels: a count of the present client.
};

}  // namespace andon::kafka
