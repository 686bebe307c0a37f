// Formats of times as text into steps, and what is wrong with them.
#include <fmt/format.h>

#include <algorithm>

#include "core/codec/time_format.h"
#include "core/codec/time_scan.h"
#include "core/config/did_you_mean.h"

namespace andon {
namespace {

// Directives that stand for several others.
std::string_view Composite(char directive) {
  switch (directive) {
    case 'T':
    case 'X':
      return "%H:%M:%S";
    case 'D':
    case 'x':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'R':
      return "%H:%M";
    case 'r':
      return "%I:%M:%S %p";
    case 'c':
      return "%a %b %e %H:%M:%S %Y";
    case 'v':
      return "%e-%b-%Y";
    case '+':
      return "%a %b %e %H:%M:%S %Z %Y";
    default:
      return {};
  }
}

// A format that is no keyword and has no directive.
Status TakesNothing(std::string_view text) {
  if (text.empty()) return InvalidConfig("time format is empty");
  static const std::vector<std::string> kWords = {"iso8601", "unixtime", "float"};
  return InvalidConfig(
      fmt::format("time format \"{}\" takes nothing of a time: write iso8601, unixtime, float, or "
                  "directives as in %Y-%m-%d{}",
                  text, DidYouMean(text, kWords)));
}

}  // namespace

// The directive behind the `%` at `text[*at]`; `*at` is then on its letter. Flags of strftime that
// say how to pad are stepped over.
TimeFormat::Step TimeFormat::ReadStep(std::string_view text, size_t* at) {
  Step step{'%', 0, 0, false, *at + 1};
  size_t i = *at + 1;
  while (i < text.size() && (text[i] == '-' || text[i] == '^' || text[i] == '0')) ++i;
  if (i + 1 < text.size() && IsDigit(text[i])) step.digits = static_cast<uint8_t>(text[i++] - '0');
  if (i + 1 < text.size() && text[i] == ':') {
    step.colon = true;
    ++i;
  }
  if (i < text.size()) step.directive = text[i];
  step.at_end = i >= text.size();
  *at = i;
  return step;
}

void TimeFormat::AddStep(const Step& step, std::vector<Step>* steps) {
  const std::string_view parts = step.at_end ? std::string_view() : Composite(step.directive);
  if (!parts.empty()) {
    for (Step part : Expand(parts)) {
      part.column = step.column;
      steps->push_back(part);
    }
  } else if (!step.at_end && std::string_view("%nt").find(step.directive) < 3) {
    steps->push_back({0, step.directive == '%' ? '%' : ' ', 0, false, step.column});
  } else {
    steps->push_back(step);
  }
}

std::vector<TimeFormat::Step> TimeFormat::Expand(std::string_view text) {
  std::vector<Step> steps;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      AddStep(ReadStep(text, &i), &steps);
    } else {
      steps.push_back({0, text[i], 0, false, i + 1});
    }
  }
  return steps;
}

const char* TimeFormat::Problem(const Step& step) {
  if (step.directive == 0) return nullptr;
  if (step.at_end) return "\"%\" at the end: write %% for the character";
  if (std::string_view("CGgVUW").find(step.directive) != std::string_view::npos) {
    return "weeks and centuries are not supported: use %Y, %m, %d or %j";
  }
  if (step.digits != 0 && step.directive != 'N' && step.directive != 'L') {
    return "only %N and %L take a number of digits";
  }
  constexpr std::string_view kKnown = "YybBhmdejHkIlMSaAuwpPzZsQNL";
  return kKnown.find(step.directive) != std::string_view::npos ? nullptr : "unknown directive";
}

Result<TimeFormat> TimeFormat::Compile(std::string_view text) {
  TimeFormat format;
  format.text_ = text;
  if (text == "iso8601" || text == "%iso8601") return TimeFormat();
  if (text == "unixtime" || text == "float") {
    format.kind_ = text == "float" ? Kind::kFloat : Kind::kUnixTime;
    format.complete_ = true;
    return format;
  }
  format.kind_ = Kind::kDirectives;
  format.steps_ = Expand(text);
  bool date = false;
  bool offset = false;
  bool epoch = false;
  for (const Step& step : format.steps_) {
    if (const char* problem = Problem(step); problem != nullptr) {
      return InvalidConfig(
          fmt::format("time format \"{}\": column {}: {}", text, step.column, problem));
    }
    epoch |= step.directive == 's' || step.directive == 'Q';
    offset |= step.directive == 'z' || step.directive == 'Z';
    date |= step.directive == 'Y' || step.directive == 'y';
  }
  const auto literal = [](const Step& step) { return step.directive == 0; };
  if (std::all_of(format.steps_.begin(), format.steps_.end(), literal)) return TakesNothing(text);
  format.complete_ = epoch || (date && offset);
  return format;
}

}  // namespace andon
