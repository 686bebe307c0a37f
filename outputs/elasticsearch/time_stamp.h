// An event's time as RFC 3339 in UTC with nanoseconds: 2026-11-21T13:12:19.123456789Z. The text of
// a second is made once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace andon::elasticsearch {

class TimeStamp {
 public:
  static constexpr size_t kBytes = 30;
  // Writes kBytes to `to`.
  void Write(EventTime time, char* to);

 private:
  void SetSecond(uint32_t seconds);

  static constexpr size_t kSecondBytes = 20;  // With the dot.
  uint32_t seconds_ = 0;
  bool set_ = false;
  char second_[kSecondBytes];
};

// `digits` decimal digits of `value`, with zeros in front, to the bytes that end at `end`.
void WriteDigits(uint32_t value, int digits, char* end);

}  // namespace andon::elasticsearch
