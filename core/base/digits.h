// Numbers as decimal digits, two at a time.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace andon {

// "00" to "99".
inline constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// Each writes just so many digits, with zeros in front; `value` must have no more.
inline void PutTwoDigits(uint32_t value, char* to) {
  std::memcpy(to, kDigitPairs.data() + size_t{2} * value, 2);
}
inline void PutFourDigits(uint32_t value, char* to) {
  PutTwoDigits(value / 100, to);
  PutTwoDigits(value % 100, to + 2);
}
inline void PutNineDigits(uint32_t value, char* to) {
  *to = static_cast<char>('0' + value / 100'000'000);
  PutFourDigits(value / 10'000 % 10'000, to + 1);
  PutFourDigits(value % 10'000, to + 5);
}

// Each writes `value` without zeros in front and returns where it ends. They need room for
// kNumberRoom bytes.
inline constexpr size_t kNumberRoom = 12;
inline char* PutNumberBelow10000(uint32_t value, char* to) {
  uint16_t first;
  uint16_t last;
  std::memcpy(&first, kDigitPairs.data() + size_t{2} * (value / 100), sizeof first);
  std::memcpy(&last, kDigitPairs.data() + size_t{2} * (value % 100), sizeof last);
  const uint32_t zeros = static_cast<uint32_t>(value < 1000) + static_cast<uint32_t>(value < 100) +
                         static_cast<uint32_t>(value < 10);
  uint32_t digits;
  if constexpr (std::endian::native == std::endian::little) {
    digits = (first | uint32_t{last} << 16) >> (8 * zeros);
  } else {
    digits = (uint32_t{first} << 16 | last) << (8 * zeros);
  }
  std::memcpy(to, &digits, sizeof digits);
  return to + 4 - zeros;
}
inline char* PutNumber(uint32_t value, char* to) {
  if (value < 10'000) return PutNumberBelow10000(value, to);
  if (value >= 100'000'000) return std::to_chars(to, to + kNumberRoom, value).ptr;
  to = PutNumberBelow10000(value / 10'000, to);
  PutFourDigits(value % 10'000, to);
  return to + 4;
}

}  // namespace andon
