// The rule behind a zone's last known change: the POSIX TZ string at the end of a zone file
// (RFC 8536 section 3.3, IEEE Std 1003.1 section 8.3), e.g. CET-1CEST,M3.5.0,M10.5.0/3.
#pragma once

#include <cstdint>
#include <string_view>

namespace andon {

// When the clock changes in a year.
struct ZoneChange {
  enum class Kind : uint8_t { kMonthWeekDay, kJulianWithoutLeapDay, kDayOfYear };
  Kind kind = Kind::kMonthWeekDay;
  int month = 1;
  int week = 1;  // 5 is the last.
  int day = 0;   // Of the week (0 is Sunday), or of the year.
  int32_t seconds = 7200;

  // Local seconds since 1970 of the change in `year`.
  int64_t In(int64_t year) const;
};

struct ZoneRule {
  int32_t standard = 0;  // Seconds to add to UTC.
  int32_t summer = 0;
  bool has_summer = false;
  ZoneChange begin;  // In standard time.
  ZoneChange end;    // In summer time.

  // False when the text is no rule.
  static bool Parse(std::string_view text, ZoneRule* rule);
  int32_t OffsetAt(int64_t utc_seconds) const;
};

}  // namespace andon
