// The pieces of times in text: digits, names, offsets. Each takes what it finds from the front and
// says whether it was there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace andon {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Between `least` and `most` digits.
inline bool TakeDigits(std::string_view& text, size_t least, size_t most, int64_t* value) {
  size_t count = 0;
  int64_t number = 0;
  while (count < most && count < text.size() && IsDigit(text[count])) {
    number = number * 10 + (text[count++] - '0');
  }
  if (count < least) return false;
  text.remove_prefix(count);
  *value = number;
  return true;
}

// Two digits at a place that is known to be there; -1 when they are none.
inline int TwoDigits(const char* at) {
  const int high = at[0] - '0';
  const int low = at[1] - '0';
  return static_cast<unsigned>(high) > 9 || static_cast<unsigned>(low) > 9 ? -1 : high * 10 + low;
}

// The digits of a fraction as nanoseconds; those after the ninth (or after `most`) are dropped
// (left in `text`, when `most` is given).
bool TakeFraction(std::string_view& text, int* nanosecond, size_t most = SIZE_MAX);

// "Nov" or, with `long_too`, "November"; 1 to 12. Upper and lower case.
bool TakeMonth(std::string_view& text, bool long_too, int* month);
bool TakeWeekday(std::string_view& text);

// Z, +09:00, +0900, +09, UTC, GMT, and the zones of RFC 822 and a few others.
bool TakeOffset(std::string_view& text, int32_t* seconds);

// The month of the three letters at `at`, written as "Nov" exactly; 0 when they are none.
int MonthFromThreeLetters(const char* at);

}  // namespace andon
