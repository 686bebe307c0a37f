#include "core/codec/zone_rule.h"

#include "core/codec/civil.h"

namespace andon {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Number(int* value) {
    size_t digits = 0;
    *value = 0;
    while (digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9') {
      *value = *value * 10 + (rest_[digits++] - '0');
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }
  // Letters, or anything within <>.
  bool Name() {
    size_t end = 0;
    if (Take('<')) {
      end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    while (end < rest_.size() &&
           ((rest_[end] >= 'A' && rest_[end] <= 'Z') || (rest_[end] >= 'a' && rest_[end] <= 'z'))) {
      ++end;
    }
    rest_.remove_prefix(end);
    return end > 0;
  }
  // [+-]hh[:mm[:ss]]
  bool Clock(int32_t* seconds) {
    const bool negative = Take('-');
    if (!negative) Take('+');
    int parts[3] = {0, 0, 0};
    if (!Number(&parts[0])) return false;
    for (int i = 1; i < 3 && Take(':'); ++i) {
      if (!Number(&parts[i])) return false;
    }
    if (parts[0] > 167 || parts[1] > 59 || parts[2] > 59) return false;
    *seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (negative) *seconds = -*seconds;
    return true;
  }
  // ,Mm.w.d[/time] or ,Jn[/time] or ,n[/time]
  bool Change(ZoneChange* change) {
    if (!Take(',')) return false;
    if (!Day(change)) return false;
    return !Take('/') || Clock(&change->seconds);
  }

 private:
  bool Day(ZoneChange* change) {
    if (Take('M')) {
      return Number(&change->month) && Take('.') && Number(&change->week) && Take('.') &&
             Number(&change->day) && change->month >= 1 && change->month <= 12 &&
             change->week >= 1 && change->week <= 5 && change->day <= 6;
    }
    const bool julian = Take('J');
    change->kind = julian ? ZoneChange::Kind::kJulianWithoutLeapDay : ZoneChange::Kind::kDayOfYear;
    return Number(&change->day) && change->day <= 365 && (!julian || change->day >= 1);
  }

  std::string_view rest_;
};

}  // namespace

int64_t ZoneChange::In(int64_t year) const {
  int64_t days = DaysFromCivil({year, 1, 1});
  if (kind == Kind::kDayOfYear) {
    days += day;
  } else if (kind == Kind::kJulianWithoutLeapDay) {
    days += day - 1 + (IsLeapYear(year) && day >= 60 ? 1 : 0);
  } else {
    const int64_t first = DaysFromCivil({year, month, 1});
    const int skip = (day - WeekdayFromDays(first) + 7) % 7;
    int in_month = skip + (week - 1) * 7;
    if (in_month >= DaysInMonth(year, month)) in_month -= 7;
    days = first + in_month;
  }
  return days * kSecondsPerDay + seconds;
}

bool ZoneRule::Parse(std::string_view text, ZoneRule* rule) {
  *rule = ZoneRule();
  Scanner scanner(text);
  int32_t west = 0;  // POSIX counts to the west.
  if (!scanner.Name() || !scanner.Clock(&west)) return false;
  rule->standard = -west;
  rule->summer = rule->standard;
  rule->has_summer = !scanner.done();
  if (!rule->has_summer) return true;
  if (!scanner.Name()) return false;
  rule->summer = rule->standard + 3600;
  Scanner before = scanner;
  if (before.Clock(&west)) {
    scanner = before;
    rule->summer = -west;
  }
  return scanner.Change(&rule->begin) && scanner.Change(&rule->end) && scanner.done();
}

int32_t ZoneRule::OffsetAt(int64_t utc_seconds) const {
  if (!has_summer) return standard;
  const int64_t year = CivilFromDays(FloorDivide(utc_seconds + standard, kSecondsPerDay)).year;
  const int64_t from = begin.In(year) - standard;
  const int64_t to = end.In(year) - summer;
  const bool in_summer =
      from < to ? utc_seconds >= from && utc_seconds < to : utc_seconds >= from || utc_seconds < to;
  return in_summer ? summer : standard;
}

}  // namespace andon
