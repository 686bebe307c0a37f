#include "outputs/elasticsearch/time_stamp.h"

#include <cstring>

#include "core/codec/civil.h"

namespace andon::elasticsearch {

void TimeStamp::SetSecond(uint32_t seconds) {
  constexpr uint32_t kDay = kSecondsPerDay;
  std::memcpy(second_, "0000-00-00T00:00:00.", kSecondBytes);
  const CivilDate date = CivilFromDays(seconds / kDay);
  const uint32_t clock = seconds % kDay;
  PutFourDigits(static_cast<uint32_t>(date.year), second_);
  PutTwoDigits(static_cast<uint32_t>(date.month), second_ + 5);
  PutTwoDigits(static_cast<uint32_t>(date.day), second_ + 8);
  PutTwoDigits(clock / 3600, second_ + 11);
  PutTwoDigits(clock / 60 % 60, second_ + 14);
  PutTwoDigits(clock % 60, second_ + 17);
  seconds_ = seconds;
  set_ = true;
}

}  // namespace andon::elasticsearch
