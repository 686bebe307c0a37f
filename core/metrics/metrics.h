// Counters, gauges and histograms, and their Prometheus text
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/mutex.h"

namespace andon {

// Only grows. Thread: any.
class Counter {
 public:
  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Thread: any.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Bounds in steps of 1, 2.5 and 5 (in seconds: 100 us to 17 min). Thread: any.
class Histogram {
 public:
  static constexpr std::array kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0,
                                         25.0,   50.0,    100.0,  250.0, 500.0,  1000.0};
  static constexpr int kBuckets = kBounds.size();
  void Observe(double value);
  uint64_t bucket(int index) const { return buckets_[static_cast<size_t>(index)].load(); }
  uint64_t count() const;
  double sum() const { return sum_.load(); }

 private:
  std::array<std::atomic<uint64_t>, kBuckets + 1> buckets_{};
  std::atomic<double> sum_{0};
};

enum class MetricType : uint8_t { kCounter, kGauge, kHistogram };

using Labels = std::vector<std::pair<std::string, std::string>>;

// A metric, and what it has grown by: see MetricRegistry::ReadChanges.
struct MetricChange {
  std::string_view name;
  const Labels* labels;  // Sorted by name.
  MetricType type;
  uint64_t count = 0;  // Counters: grown by. Histograms: so many values more.
  double value = 0;    // Gauges: the value. Histograms: the sum of the values that came.
};

// Owns every metric by name and labels. Asking again for the same gives the same, so that counts
// go on over a reload. What is given lives as long as the registry. Thread: any.
class MetricRegistry {
 public:
  MetricRegistry();
  ~MetricRegistry();
  Counter& GetCounter(std::string_view name, const Labels& labels, std::string_view help);
  Gauge& GetGauge(std::string_view name, const Labels& labels, std::string_view help);
  Histogram& GetHistogram(std::string_view name, const Labels& labels, std::string_view help);
  // Sets gauges just before each Render; kept until the returned handle is destroyed.
  std::shared_ptr<void> BeforeRender(std::function<void()> update);

  // The exposition text, sorted by name and labels.
  std::string Render();
  // Every metric, sorted by name and labels, with what it has grown by since `reader` asked before:
  // for who tells of it in steps. What a reader has seen is kept under its name for as long as the
  // registry lives, so that after a reload nothing is told twice or left out. Gauges are as they
  // were set last. Names and labels outlive the call as metrics do.
  std::vector<MetricChange> ReadChanges(std::string_view reader);
  // The sum of a counter over all label sets that contain `labels`; 0 when there is none.
  uint64_t Sum(std::string_view name, const Labels& labels = {}) const;

 private:
  struct Family;
  struct Series;
  struct Seen {  // By one reader, of one metric.
    uint64_t count = 0;
    double sum = 0;
  };
  using SeenBy = std::unordered_map<const Series*, Seen>;
  static MetricChange Change(const Family& family, const Series& series, Seen& seen);
  Family& FindFamily(std::string_view name, std::string_view help, MetricType type)
      REQUIRES(mutex_);
  template <class Metric>
  Metric& FindMetric(Family& family, const Labels& labels) REQUIRES(mutex_);
  // Families by name, a family's series by labels.
  std::vector<const Family*> SortedFamilies() const REQUIRES(mutex_);
  static std::vector<const Series*> SortedSeries(const Family& family);

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_ GUARDED_BY(mutex_);
  std::map<std::string, SeenBy, std::less<>> readers_ GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<std::function<void()>>> updates_ GUARDED_BY(mutex_);
};

// A registry with labels already chosen: what a plugin is given.
class MetricScope {
 public:
  MetricScope(MetricRegistry& registry, Labels labels)
      : registry_(&registry), labels_(std::move(labels)) {}
  Counter& GetCounter(std::string_view name, std::string_view help, Labels more = {}) const;
  Gauge& GetGauge(std::string_view name, std::string_view help, Labels more = {}) const;
  Histogram& GetHistogram(std::string_view name, std::string_view help, Labels more = {}) const;
  MetricRegistry& registry() const { return *registry_; }
  const Labels& labels() const { return labels_; }

 private:
  MetricRegistry* registry_;
  Labels labels_;
};

}  // namespace andon
