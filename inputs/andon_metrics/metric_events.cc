#include "inputs/andon_metrics/metric_events.h"

#include <cmath>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace andon::andon_metrics {
namespace {

using TextPair = std::pair<std::string_view, std::string_view>;

// What makes an event: a part, and the labels that are not the part's.
struct Subject {
  std::string_view kind;
  std::string_view id;
  std::vector<TextPair> more;
  auto operator<=>(const Subject&) const = default;
};

Subject SubjectOf(const Labels& labels) {
  Subject subject;
  for (const auto& [name, value] : labels) {
    if (name == "kind") {
      subject.kind = value;
    } else if (name == "id") {
      subject.id = value;
    } else {
      subject.more.emplace_back(name, value);
    }
  }
  if (subject.kind.empty()) subject.kind = "andond";
  if (subject.id.empty()) subject.id = subject.kind;
  return subject;
}

std::string_view ShortName(std::string_view name) {
  constexpr std::string_view kOurs = "andon_";
  constexpr std::string_view kTotal = "_total";
  if (name.starts_with(kOurs)) name.remove_prefix(kOurs.size());
  if (name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
  return name;
}

// Most gauges count something. Seconds stay fractions, whole or not, so that a field has one type.
void WriteGauge(std::string_view name, double value, RecordWriter& record) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (!std::isfinite(value)) return;
  if (name.ends_with("_seconds") || value != std::trunc(value) || std::abs(value) > kExact) {
    record.FieldFloat(name, value);
  } else {
    record.Field(name, static_cast<int64_t>(value));
  }
}

void WriteMetric(const MetricChange& change, RecordWriter& record) {
  const std::string_view name = ShortName(change.name);
  switch (change.type) {
    case MetricType::kCounter:
      record.FieldUint(name, change.count);
      break;
    case MetricType::kGauge:
      WriteGauge(name, change.value, record);
      break;
    case MetricType::kHistogram:
      record.FieldUint(std::string(name) + "_count", change.count);
      record.FieldFloat(std::string(name) + "_sum", change.value);
      break;
  }
}

void WriteEvent(const Subject& subject, const std::vector<const MetricChange*>& changes,
                const MetricEventOptions& options, BatchBuilder& batch) {
  RecordWriter record(batch, options.time);
  record.Field("host", options.hostname);
  record.BeginMap("andon");
  record.Field("kind", subject.kind);
  record.Field("id", subject.id);
  for (const auto& [name, value] : subject.more) record.Field(name, value);
  record.FieldFloat("interval_seconds", options.seconds);
  for (const MetricChange* change : changes) WriteMetric(*change, record);
  record.End();
  record.Commit();
}

}  // namespace

void AppendMetricEvents(const std::vector<MetricChange>& changes, const MetricEventOptions& options,
                        BatchBuilder& batch) {
  std::map<Subject, std::vector<const MetricChange*>> subjects;
  for (const MetricChange& change : changes) {
    Subject subject = SubjectOf(*change.labels);
    const bool idle = change.type != MetricType::kGauge && change.count == 0;
    if (idle && !subject.more.empty()) continue;
    subjects[std::move(subject)].push_back(&change);
  }
  for (const auto& [subject, its] : subjects) WriteEvent(subject, its, options, batch);
}

}  // namespace andon::andon_metrics
