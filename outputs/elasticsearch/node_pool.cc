#include "outputs/elasticsearch/node_pool.h"

#include <algorithm>
#include <chrono>

namespace andon::elasticsearch {
namespace {

constexpr Duration kFirstWait = std::chrono::seconds(1);
constexpr int kMostDoublings = 5;  // 32 s

}  // namespace

NodePool::NodePool(const std::vector<std::string>& urls, const MetricScope& metrics, Random& random)
    : random_(random) {
  for (const std::string& url : urls) {
    Gauge& up = metrics.GetGauge("andon_elasticsearch_node_up",
                                 "0 while the node's last request failed", {{"node", url}});
    up.Set(1);
    nodes_.push_back(std::make_unique<Node>(Node{url, up}));
  }
  // So that not every collector begins with the first.
  next_ = static_cast<size_t>(random.Below(nodes_.size()));
}

Node& NodePool::Choose(MonotonicTime now) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[(next_ + i) % nodes_.size()];
    if (node.failures > 0 && now < node.retry_at) continue;
    next_ = (next_ + i + 1) % nodes_.size();
    return node;
  }
  const auto soonest = std::ranges::min_element(
      nodes_, {}, [](const std::unique_ptr<Node>& node) { return node->retry_at; });
  return **soonest;
}

void NodePool::Worked(Node& node) {
  node.failures = 0;
  node.up.Set(1);
}

void NodePool::Failed(Node& node, MonotonicTime now) {
  const Duration wait = kFirstWait * (1 << std::min(node.failures, kMostDoublings));
  const auto half = static_cast<uint64_t>(wait.count() / 2);
  node.retry_at = now + wait / 2 + Duration(static_cast<int64_t>(random_.Below(half)));
  ++node.failures;
  node.up.Set(0);
}

}  // namespace andon::elasticsearch
