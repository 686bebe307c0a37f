#include "core/codec/time_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/codec/time_scan.h"
#include "core/codec/time_text.h"
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

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// A number of one directive: how many digits, between which bounds, where it goes.
struct NumberRule {
  size_t digits;
  int64_t least;
  int64_t most;
  int ClockFields::*field;
};

const NumberRule* FindNumberRule(char directive) {
  static constexpr NumberRule kMonth{2, 1, 12, &ClockFields::month};
  static constexpr NumberRule kDay{2, 1, 31, &ClockFields::day};
  static constexpr NumberRule kDayOfYear{3, 1, 366, &ClockFields::day_of_year};
  static constexpr NumberRule kHour{2, 0, 23, &ClockFields::hour};
  static constexpr NumberRule kHour12{2, 1, 12, &ClockFields::hour12};
  static constexpr NumberRule kMinute{2, 0, 59, &ClockFields::minute};
  static constexpr NumberRule kSecond{2, 0, 60, &ClockFields::second};
  switch (directive) {
    case 'm':
      return &kMonth;
    case 'd':
    case 'e':
      return &kDay;
    case 'j':
      return &kDayOfYear;
    case 'H':
    case 'k':
      return &kHour;
    case 'I':
    case 'l':
      return &kHour12;
    case 'M':
      return &kMinute;
    case 'S':
      return &kSecond;
    default:
      return nullptr;
  }
}

bool TakeNumber(std::string_view& text, const NumberRule& rule, ClockFields* fields) {
  size_t digits = rule.digits;
  if (!text.empty() && text[0] == ' ') {  // Padded with a space: one digit less.
    text.remove_prefix(1);
    digits -= 1;
  }
  int64_t value = 0;
  if (!TakeDigits(text, 1, digits, &value) || value < rule.least || value > rule.most) return false;
  fields->*rule.field = static_cast<int>(value);
  return true;
}

bool TakeYear(std::string_view& text, bool two_digits, ClockFields* fields) {
  if (!TakeDigits(text, two_digits ? 2 : 1, two_digits ? 2 : 4, &fields->year)) return false;
  if (two_digits) fields->year += fields->year < 69 ? 2000 : 1900;
  return true;
}

bool TakeEpoch(std::string_view& text, int64_t unit, ClockFields* fields) {
  int64_t value = 0;
  if (!TakeDigits(text, 1, 15, &value) || value > INT64_MAX / unit) return false;
  fields->has_epoch = true;
  fields->epoch_nanoseconds = value * unit;
  return true;
}

bool TakeAfternoon(std::string_view& text, ClockFields* fields) {
  if (text.size() < 2 || (text[1] != 'M' && text[1] != 'm')) return false;
  const char c = text[0];
  if (c != 'A' && c != 'a' && c != 'P' && c != 'p') return false;
  fields->afternoon = c == 'P' || c == 'p' ? 1 : 0;
  text.remove_prefix(2);
  return true;
}

void TakeSpaces(std::string_view& text) {
  while (!text.empty() && IsSpace(text[0])) text.remove_prefix(1);
}

bool TakeLiteral(std::string_view& text, char literal) {
  if (IsSpace(literal)) {
    TakeSpaces(text);
    return true;
  }
  if (text.empty() || text[0] != literal) return false;
  text.remove_prefix(1);
  return true;
}

// Everything that is no number of FindNumberRule and no fraction.
bool TakeOther(std::string_view& text, char directive, ClockFields* fields) {
  int64_t ignored = 0;
  switch (directive) {
    case 'Y':
      return TakeYear(text, false, fields);
    case 'y':
      return TakeYear(text, true, fields);
    case 'b':
    case 'B':
    case 'h':
      return TakeMonth(text, true, &fields->month);
    case 'a':
    case 'A':
      return TakeWeekday(text);
    case 'u':
    case 'w':
      return TakeDigits(text, 1, 1, &ignored) && ignored <= 7;
    case 'p':
    case 'P':
      return TakeAfternoon(text, fields);
    case 'z':
    case 'Z':
      fields->has_offset = true;
      return TakeOffset(text, &fields->offset);
    case 's':
      return TakeEpoch(text, 1'000'000'000, fields);
    case 'Q':
      return TakeEpoch(text, 1'000'000, fields);
    default:
      return false;
  }
}

bool IsNumeric(char directive) {
  return std::string_view("YymdejHkIlMSNLsQuw").find(directive) != std::string_view::npos;
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
  const bool known =
      FindNumberRule(step.directive) != nullptr ||
      std::string_view("YybBhaAuwpPzZsQNL").find(step.directive) != std::string_view::npos;
  return known ? nullptr : "unknown directive";
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

bool TimeFormat::FollowedByDigit(size_t step) const {
  return step + 1 < steps_.size() &&
         (IsNumeric(steps_[step + 1].directive) ||
          (steps_[step + 1].directive == 0 && IsDigit(steps_[step + 1].literal)));
}

bool TimeFormat::Read(std::string_view text, ClockFields* fields) const {
  if (kind_ == Kind::kIso8601) return ReadIso8601(text, fields);
  if (kind_ != Kind::kDirectives) return ReadUnixTime(text, fields);
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (!TakeStep(i, text, fields)) return false;
  }
  return text.empty();
}

bool TimeFormat::TakeStep(size_t index, std::string_view& text, ClockFields* fields) const {
  const Step& step = steps_[index];
  if (step.directive == 0) return TakeLiteral(text, step.literal);
  if (const NumberRule* rule = FindNumberRule(step.directive)) {
    return TakeNumber(text, *rule, fields);
  }
  if (step.directive != 'N' && step.directive != 'L')
    return TakeOther(text, step.directive, fields);
  const size_t digits = step.digits != 0 ? step.digits : (step.directive == 'L' ? 3 : 9);
  return TakeFraction(text, &fields->nanosecond, FollowedByDigit(index) ? digits : SIZE_MAX);
}

void TimeFormat::Write(EventTime time, ZoneClock& clock, ByteBuffer& out) const {
  if (kind_ == Kind::kUnixTime || kind_ == Kind::kFloat) {
    return WriteUnixTime(time, kind_ == Kind::kFloat, out);
  }
  const WrittenTime written(time, clock);
  if (kind_ == Kind::kIso8601) return written.WriteIso8601(out);
  for (const Step& step : steps_) {
    if (step.directive == 0) {
      out.Append(step.literal);
    } else {
      written.Write(step.directive, step.digits, step.colon, out);
    }
  }
}

std::optional<TimeFormat> ConfigValue<TimeFormat>::Read(const ConfigNode& node) {
  if (node.kind() != ConfigNode::Kind::kScalar) {
    (void)node.Fail("must be a time format");
    return std::nullopt;
  }
  auto format = TimeFormat::Compile(node.text());
  if (format.ok()) return *std::move(format);
  (void)node.Fail(std::string(format.status().message()));
  return std::nullopt;
}

}  // namespace andon
