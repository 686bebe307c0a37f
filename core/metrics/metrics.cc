#include "core/metrics/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/base/check.h"

namespace andon {

namespace {

enum MetricType { kCounterType, kGaugeType, kHistogramType };

std::string EscapedLabel(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

// {a="x",b="y"} or nothing.
std::string LabelText(const Labels& labels) {
  if (labels.empty()) return "";
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    if (text.size() > 1) text += ',';
    text += name + "=\"" + EscapedLabel(value) + "\"";
  }
  return text + "}";
}

std::string NumberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  double back = 0;
  // The shortest form that reads back the same.
  for (int digits = 1; digits < 17; ++digits) {
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::sscanf(shorter, "%lf", &back) == 1 && back == value) return shorter;
  }
  return text;
}

bool Contains(const Labels& all, const Labels& some) {
  return std::ranges::all_of(
      some, [&](const auto& label) { return std::ranges::find(all, label) != all.end(); });
}

double BucketBound(int index) { return std::ldexp(1.0, Histogram::kFirstExponent + index); }

void RenderHistogram(const std::string& name, const Labels& labels, const Histogram& histogram,
                     std::string& out) {
  uint64_t below = 0;
  for (int i = 0; i < Histogram::kBuckets; ++i) {
    below += histogram.bucket(i);
    Labels with_bound = labels;
    with_bound.emplace_back("le", NumberText(BucketBound(i)));
    out += name + "_bucket" + LabelText(with_bound) + " " + std::to_string(below) + "\n";
  }
  Labels with_bound = labels;
  with_bound.emplace_back("le", "+Inf");
  below += histogram.bucket(Histogram::kBuckets);
  out += name + "_bucket" + LabelText(with_bound) + " " + std::to_string(below) + "\n";
  out += name + "_sum" + LabelText(labels) + " " + NumberText(histogram.sum()) + "\n";
  out += name + "_count" + LabelText(labels) + " " + std::to_string(below) + "\n";
}

}  // namespace

void Histogram::Observe(double value) {
  int index = 0;
  while (index < kBuckets && value > BucketBound(index)) ++index;
  buckets_[static_cast<size_t>(index)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

uint64_t Histogram::count() const {
  uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load();
  return count;
}

// One labelled metric; only the member of its family's type is used.
struct MetricRegistry::Series {
  Counter counter;
  Gauge gauge;
  Histogram histogram;
};

struct MetricRegistry::Family {
  std::string name;
  std::string help;
  int type;
  std::map<Labels, std::unique_ptr<Series>> series;

  Series& Find(const Labels& labels) {
    auto& found = series[labels];
    if (found == nullptr) found = std::make_unique<Series>();
    return *found;
  }

  void Render(std::string& out) const {
    static constexpr const char* kTypes[] = {"counter", "gauge", "histogram"};
    out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + kTypes[type] + "\n";
    for (const auto& [labels, one] : series) {
      if (type == kHistogramType) {
        RenderHistogram(name, labels, one->histogram, out);
        continue;
      }
      out += name + LabelText(labels) + " ";
      out += type == kCounterType ? std::to_string(one->counter.value())
                                  : NumberText(one->gauge.value());
      out += "\n";
    }
  }
};

MetricRegistry::MetricRegistry() = default;
MetricRegistry::~MetricRegistry() = default;

MetricRegistry::Family& MetricRegistry::FindFamily(std::string_view name, std::string_view help,
                                                   int type) {
  const auto at = std::ranges::lower_bound(families_, name, {}, [](const auto& family) {
    return std::string_view(family->name);
  });
  if (at != families_.end() && (*at)->name == name) {
    CHECK((*at)->type == type);
    return **at;
  }
  return **families_.insert(
      at, std::make_unique<Family>(Family{std::string(name), std::string(help), type, {}}));
}

Counter& MetricRegistry::GetCounter(std::string_view name, const Labels& labels,
                                    std::string_view help) {
  MutexLock lock(mutex_);
  return FindFamily(name, help, kCounterType).Find(labels).counter;
}

Gauge& MetricRegistry::GetGauge(std::string_view name, const Labels& labels,
                                std::string_view help) {
  MutexLock lock(mutex_);
  return FindFamily(name, help, kGaugeType).Find(labels).gauge;
}

Histogram& MetricRegistry::GetHistogram(std::string_view name, const Labels& labels,
                                        std::string_view help) {
  MutexLock lock(mutex_);
  return FindFamily(name, help, kHistogramType).Find(labels).histogram;
}

std::shared_ptr<void> MetricRegistry::BeforeRender(std::function<void()> update) {
  auto kept = std::make_shared<std::function<void()>>(std::move(update));
  MutexLock lock(mutex_);
  std::erase_if(updates_, [](const auto& one) { return one.expired(); });
  updates_.push_back(kept);
  return kept;
}

std::string MetricRegistry::Render() {
  std::vector<std::shared_ptr<std::function<void()>>> updates;
  {
    MutexLock lock(mutex_);
    for (const auto& one : updates_) {
      if (auto update = one.lock()) updates.push_back(std::move(update));
    }
  }
  for (const auto& update : updates) (*update)();  // Unlocked: they set gauges.
  std::string out;
  MutexLock lock(mutex_);
  for (const auto& family : families_) family->Render(out);
  return out;
}

uint64_t MetricRegistry::Sum(std::string_view name, const Labels& labels) const {
  MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& family : families_) {
    if (family->name != name) continue;
    for (const auto& [has, series] : family->series) {
      if (Contains(has, labels)) sum += series->counter.value();
    }
  }
  return sum;
}

namespace {

Labels Joined(const Labels& labels, Labels more) {
  Labels all = labels;
  all.insert(all.end(), std::make_move_iterator(more.begin()),
             std::make_move_iterator(more.end()));
  return all;
}

}  // namespace

Counter& MetricScope::GetCounter(std::string_view name, std::string_view help, Labels more) const {
  return registry_->GetCounter(name, Joined(labels_, std::move(more)), help);
}
Gauge& MetricScope::GetGauge(std::string_view name, std::string_view help, Labels more) const {
  return registry_->GetGauge(name, Joined(labels_, std::move(more)), help);
}
Histogram& MetricScope::GetHistogram(std::string_view name, std::string_view help,
                                     Labels more) const {
  return registry_->GetHistogram(name, Joined(labels_, std::move(more)), help);
}

}  // namespace andon
