// The nodes of the cluster: each gets its share of the requests, those that failed wait a while.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"
#include "core/metrics/metrics.h"

namespace andon::elasticsearch {

struct Node {
  std::string url;
  Gauge& up;
  int failures = 0;  // In a row.
  MonotonicTime retry_at{};
};

// Thread: output.
class NodePool {
 public:
  NodePool(const std::vector<std::string>& urls, const MetricScope& metrics, Random& random);

  // The next one that is up, or whose wait is over; else the one whose wait is over first.
  Node& Choose(MonotonicTime now);
  static void Worked(Node& node);
  void Failed(Node& node, MonotonicTime now);
  Node& node(size_t number) { return *nodes_[number]; }

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
  size_t next_ = 0;
  Random& random_;
};

}  // namespace andon::elasticsearch
