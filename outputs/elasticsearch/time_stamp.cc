#include "outputs/elasticsearch/time_stamp.h"

#include <cstring>

#include "core/codec/civil.h"

namespace andon::elasticsearch {

void WriteDigits(uint32_t value, int digits, char* end) {
  for (; digits > 0; --digits) {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

void TimeStamp::SetSecond(uint32_t seconds) {
  constexpr uint32_t kDay = kSecondsPerDay;
  std::memcpy(second_, "0000-00-00T00:00:00.", kSecondBytes);
  const CivilDate date = CivilFromDays(seconds / kDay);
  const uint32_t clock = seconds % kDay;
  WriteDigits(static_cast<uint32_t>(date.year), 4, second_ + 4);
  WriteDigits(static_cast<uint32_t>(date.month), 2, second_ + 7);
  WriteDigits(static_cast<uint32_t>(date.day), 2, second_ + 10);
  WriteDigits(clock / 3600, 2, second_ + 13);
  WriteDigits(clock / 60 % 60, 2, second_ + 16);
  WriteDigits(clock % 60, 2, second_ + 19);
  seconds_ = seconds;
  set_ = true;
}

void TimeStamp::Write(EventTime time, char* to) {
  if (!set_ || time.seconds != seconds_) SetSecond(time.seconds);
  std::memcpy(to, second_, kSecondBytes);
  WriteDigits(time.nanoseconds, 9, to + kBytes - 1);
  to[kBytes - 1] = 'Z';
}

}  // namespace andon::elasticsearch
