// A time taken apart: what a text says of it, and what must be supplied.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "core/codec/zone_clock.h"

namespace andon {

struct ClockFields {
  // -1: the text does not say it.
  int64_t year = -1;
  int month = -1;
  int day = -1;
  int day_of_year = -1;
  int hour = -1;
  int hour12 = -1;
  int minute = -1;
  int second = -1;  // 60 is a leap second: the one after.
  int nanosecond = 0;
  int afternoon = -1;
  bool has_offset = false;
  int32_t offset = 0;  // Seconds to add to UTC.
  bool has_epoch = false;
  int64_t epoch_nanoseconds = 0;

  // False when there is no such time, or EventTime cannot hold it. What is not said is taken from
  // `now`: a date without a year is the latest that is not more than a week ahead (clocks differ,
  // and a year ends), a time without a date is today's, and a date without a time its beginning.
  bool Resolve(ZoneClock& clock, EventTime now, EventTime* time) const;
};

// The year of a local month, day and second of that day. -1 when the date is in none of the last
// eight years: 30 February.
int64_t InferYear(int month, int day, int64_t second_of_day, int64_t now_local_seconds);

}  // namespace andon
