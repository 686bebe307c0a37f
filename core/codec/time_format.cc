#include "core/codec/time_format.h"

#include "core/codec/time_scan.h"
#include "core/codec/time_text.h"

namespace andon {
namespace {

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
