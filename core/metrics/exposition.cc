#include "core/metrics/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/utf8.h"

namespace andon {
namespace {

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

void AppendEscaped(std::string_view text, bool quotes, std::string& out) {
  while (!text.empty()) {
    const char c = text.front();
    const size_t size = Utf8CharacterSize(text);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else if (size == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max(size, size_t{1}));
  }
}

template <class T>
void AppendNumber(T value, std::string& out) {
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), result.ptr);
}

void AppendFloat(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    AppendNumber(value, out);
  }
}

// name{a="b",le="0.5"} and a space. `le` is a label more when it is not empty.
void AppendName(std::string_view name, std::string_view suffix, const Labels& labels,
                std::string_view le, std::string& out) {
  out += name;
  out += suffix;
  char before = '{';
  for (const auto& [key, value] : labels) {
    out += before;
    out += key;
    out += "=\"";
    AppendEscaped(value, true, out);
    out += '"';
    before = ',';
  }
  if (!le.empty()) {
    out += before;
    out += "le=\"";
    out += le;
    out += '"';
    before = ',';
  }
  if (before == ',') out += '}';
  out += ' ';
}

}  // namespace

bool IsMetricName(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), IsNameByte);
}

void AppendFamilyHead(std::string_view name, std::string_view help, MetricType type,
                      std::string& out) {
  out += "# HELP ";
  out += name;
  out += ' ';
  AppendEscaped(help, false, out);
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += TypeName(type);
  out += '\n';
}

void AppendMetric(std::string_view name, const Labels& labels, const Counter& counter,
                  std::string& out) {
  AppendName(name, "", labels, "", out);
  AppendNumber(counter.value(), out);
  out += '\n';
}

void AppendMetric(std::string_view name, const Labels& labels, const Gauge& gauge,
                  std::string& out) {
  AppendName(name, "", labels, "", out);
  AppendFloat(gauge.value(), out);
  out += '\n';
}

void AppendMetric(std::string_view name, const Labels& labels, const Histogram& histogram,
                  std::string& out) {
  uint64_t count = 0;
  for (int i = 0; i <= Histogram::kBuckets; ++i) {
    count += histogram.bucket(i);
    std::string bound;
    if (i == Histogram::kBuckets) {
      bound = "+Inf";
    } else {
      AppendFloat(Histogram::kBounds.at(static_cast<size_t>(i)), bound);
    }
    AppendName(name, "_bucket", labels, bound, out);
    AppendNumber(count, out);
    out += '\n';
  }
  AppendName(name, "_sum", labels, "", out);
  AppendFloat(histogram.sum(), out);
  out += '\n';
  AppendName(name, "_count", labels, "", out);
  AppendNumber(count, out);
  out += '\n';
}

}  // namespace andon
