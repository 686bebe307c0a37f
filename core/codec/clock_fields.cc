#include "core/codec/clock_fields.h"

#include <algorithm>

namespace andon {
namespace {

constexpr int64_t kAhead = 7 * kSecondsPerDay;

bool ToEventTime(int64_t seconds, int nanosecond, EventTime* time) {
  if (seconds < 0 || seconds > UINT32_MAX) return false;
  *time = {static_cast<uint32_t>(seconds), static_cast<uint32_t>(nanosecond)};
  return true;
}

int Hour(const ClockFields& fields) {
  if (fields.hour >= 0) return fields.hour;
  if (fields.hour12 < 0) return 0;
  return fields.hour12 % 12 + (fields.afternoon == 1 ? 12 : 0);
}

// The date in days since 1970, or INT64_MIN.
int64_t Days(const ClockFields& fields, int64_t second_of_day, int64_t now_local) {
  constexpr int64_t kNone = INT64_MIN;
  if (fields.day_of_year > 0) {
    const int64_t year =
        fields.year >= 0 ? fields.year : CivilFromDays(FloorDivide(now_local, kSecondsPerDay)).year;
    if (fields.day_of_year > (IsLeapYear(year) ? 366 : 365)) return kNone;
    return DaysFromCivil({year, 1, 1}) + fields.day_of_year - 1;
  }
  if (fields.year < 0 && fields.month < 0 && fields.day < 0) {
    return FloorDivide(now_local, kSecondsPerDay);
  }
  const int month = fields.month < 0 ? 1 : fields.month;
  const int day = fields.day < 0 ? 1 : fields.day;
  int64_t year = fields.year;
  if (year < 0) year = InferYear(month, day, second_of_day, now_local);
  if (year < 0 || day > DaysInMonth(year, month)) return kNone;
  return DaysFromCivil({year, month, day});
}

}  // namespace

int64_t InferYear(int month, int day, int64_t second_of_day, int64_t now_local_seconds) {
  const int64_t latest = now_local_seconds + kAhead;
  const int64_t year = CivilFromDays(FloorDivide(latest, kSecondsPerDay)).year;
  for (int64_t candidate = year; candidate > year - 9; --candidate) {
    if (day > DaysInMonth(candidate, month)) continue;
    const int64_t seconds = DaysFromCivil({candidate, month, day}) * kSecondsPerDay + second_of_day;
    if (seconds <= latest) return candidate;
  }
  return -1;
}

bool ClockFields::Resolve(ZoneClock& clock, EventTime now, EventTime* time) const {
  if (has_epoch) {
    return ToEventTime(FloorDivide(epoch_nanoseconds, 1'000'000'000),
                       static_cast<int>(epoch_nanoseconds % 1'000'000'000), time);
  }
  const int64_t second_of_day = Hour(*this) * 3600 + std::max(minute, 0) * 60 + std::max(second, 0);
  const int64_t zone_offset = has_offset ? offset : clock.OffsetAt(now.seconds);
  const int64_t days = Days(*this, second_of_day, int64_t{now.seconds} + zone_offset);
  if (days == INT64_MIN) return false;
  const int64_t local = days * kSecondsPerDay + second_of_day;
  return ToEventTime(has_offset ? local - offset : clock.ToUtc(local), nanosecond, time);
}

}  // namespace andon
