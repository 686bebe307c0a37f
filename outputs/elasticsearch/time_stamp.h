// An event's time as RFC 3339 in UTC with nanoseconds: 2026-11-21T13:12:19.123456789Z. The text of
// a second is made once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/digits.h"
#include "core/base/time.h"

namespace andon::elasticsearch {

class TimeStamp {
 public:
  static constexpr size_t kBytes = 30;
  // Writes kBytes to `to` and returns where they end.
  char* Write(EventTime time, char* to) {
    if (!set_ || time.seconds != seconds_) SetSecond(time.seconds);
    std::memcpy(to, second_, kSecondBytes);
    PutNineDigits(time.nanoseconds, to + kSecondBytes);
    to[kBytes - 1] = 'Z';
    return to + kBytes;
  }

 private:
  void SetSecond(uint32_t seconds);

  static constexpr size_t kSecondBytes = 20;  // With the dot.
  uint32_t seconds_ = 0;
  bool set_ = false;
  char second_[kSecondBytes];
};

}  // namespace andon::elasticsearch
