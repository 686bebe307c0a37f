#include "core/metrics/metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/metrics/exposition.h"

namespace andon {

struct MetricRegistry::Series {
  Labels labels;  // Sorted by name.
  std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>> metric;
};

struct MetricRegistry::Family {
  std::string name;
  std::string help;
  MetricType type;
  std::vector<std::unique_ptr<Series>> series;
};

void Histogram::Observe(double value) {
  if (std::isnan(value)) return;
  // A bucket's bound belongs to it.
  const auto index = std::ranges::lower_bound(kBounds, value) - kBounds.begin();
  buckets_[static_cast<size_t>(index)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

uint64_t Histogram::count() const {
  uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load(std::memory_order_relaxed);
  return count;
}

MetricRegistry::MetricRegistry() = default;
MetricRegistry::~MetricRegistry() = default;

MetricRegistry::Family& MetricRegistry::FindFamily(std::string_view name, std::string_view help,
                                                   MetricType type) {
  for (const auto& family : families_) {
    if (family->name != name) continue;
    CHECK(family->type == type);  // One name, one kind.
    return *family;
  }
  CHECK(IsMetricName(name));
  families_.push_back(
      std::make_unique<Family>(Family{std::string(name), std::string(help), type, {}}));
  return *families_.back();
}

template <class Metric>
Metric& MetricRegistry::FindMetric(Family& family, const Labels& labels) {
  Labels sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  for (const auto& series : family.series) {
    if (series->labels == sorted) return *std::get<std::unique_ptr<Metric>>(series->metric);
  }
  family.series.push_back(
      std::make_unique<Series>(Series{std::move(sorted), std::make_unique<Metric>()}));
  return *std::get<std::unique_ptr<Metric>>(family.series.back()->metric);
}

Counter& MetricRegistry::GetCounter(std::string_view name, const Labels& labels,
                                    std::string_view help) {
  MutexLock lock(mutex_);
  return FindMetric<Counter>(FindFamily(name, help, MetricType::kCounter), labels);
}

Gauge& MetricRegistry::GetGauge(std::string_view name, const Labels& labels,
                                std::string_view help) {
  MutexLock lock(mutex_);
  return FindMetric<Gauge>(FindFamily(name, help, MetricType::kGauge), labels);
}

Histogram& MetricRegistry::GetHistogram(std::string_view name, const Labels& labels,
                                        std::string_view help) {
  MutexLock lock(mutex_);
  return FindMetric<Histogram>(FindFamily(name, help, MetricType::kHistogram), labels);
}

std::shared_ptr<void> MetricRegistry::BeforeRender(std::function<void()> update) {
  auto handle = std::make_shared<std::function<void()>>(std::move(update));
  MutexLock lock(mutex_);
  std::erase_if(updates_, [](const auto& kept) { return kept.expired(); });
  updates_.push_back(handle);
  return handle;
}

std::string MetricRegistry::Render() {
  std::vector<std::shared_ptr<std::function<void()>>> updates;
  {
    MutexLock lock(mutex_);
    for (const auto& kept : updates_) {
      if (auto update = kept.lock()) updates.push_back(std::move(update));
    }
  }
  // Outside the lock: they ask the registry for their gauges.
  for (const auto& update : updates) (*update)();
  updates.clear();

  MutexLock lock(mutex_);
  std::string text;
  for (const Family* family : SortedFamilies()) {
    AppendFamilyHead(family->name, family->help, family->type, text);
    for (const Series* series : SortedSeries(*family)) {
      std::visit(
          [&](const auto& metric) { AppendMetric(family->name, series->labels, *metric, text); },
          series->metric);
    }
  }
  return text;
}

std::vector<const MetricRegistry::Family*> MetricRegistry::SortedFamilies() const {
  std::vector<const Family*> families;
  families.reserve(families_.size());
  for (const auto& family : families_) families.push_back(family.get());
  std::sort(families.begin(), families.end(),
            [](const Family* a, const Family* b) { return a->name < b->name; });
  return families;
}

std::vector<const MetricRegistry::Series*> MetricRegistry::SortedSeries(const Family& family) {
  std::vector<const Series*> sorted;
  sorted.reserve(family.series.size());
  for (const auto& series : family.series) sorted.push_back(series.get());
  std::sort(sorted.begin(), sorted.end(),
            [](const Series* a, const Series* b) { return a->labels < b->labels; });
  return sorted;
}

MetricChange MetricRegistry::Change(const Family& family, const Series& series, Seen& seen) {
  MetricChange change{.name = family.name, .labels = &series.labels, .type = family.type};
  if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&series.metric)) {
    const uint64_t now = (*counter)->value();
    change.count = now - std::exchange(seen.count, now);
  } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&series.metric)) {
    change.value = (*gauge)->value();
  } else {
    const Histogram& histogram = *std::get<std::unique_ptr<Histogram>>(series.metric);
    const uint64_t count = histogram.count();
    const double sum = histogram.sum();
    change.count = count - std::exchange(seen.count, count);
    change.value = sum - std::exchange(seen.sum, sum);
  }
  return change;
}

std::vector<MetricChange> MetricRegistry::ReadChanges(std::string_view reader) {
  MutexLock lock(mutex_);
  auto found = readers_.find(reader);
  if (found == readers_.end()) found = readers_.emplace(reader, SeenBy()).first;
  std::vector<MetricChange> changes;
  for (const Family* family : SortedFamilies()) {
    for (const Series* series : SortedSeries(*family)) {
      changes.push_back(Change(*family, *series, found->second[series]));
    }
  }
  return changes;
}

uint64_t MetricRegistry::Sum(std::string_view name, const Labels& labels) const {
  MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& family : families_) {
    if (family->name != name || family->type != MetricType::kCounter) continue;
    for (const auto& series : family->series) {
      const Labels& has = series->labels;
      const bool wanted = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
        return std::find(has.begin(), has.end(), label) != has.end();
      });
      if (wanted) sum += std::get<std::unique_ptr<Counter>>(series->metric)->value();
    }
  }
  return sum;
}

Counter& MetricScope::GetCounter(std::string_view name, std::string_view help, Labels more) const {
  more.insert(more.begin(), labels_.begin(), labels_.end());
  return registry_->GetCounter(name, more, help);
}

Gauge& MetricScope::GetGauge(std::string_view name, std::string_view help, Labels more) const {
  more.insert(more.begin(), labels_.begin(), labels_.end());
  return registry_->GetGauge(name, more, help);
}

Histogram& MetricScope::GetHistogram(std::string_view name, std::string_view help,
                                     Labels more) const {
  more.insert(more.begin(), labels_.begin(), labels_.end());
  return registry_->GetHistogram(name, more, help);
}

}  // namespace andon
