#include "core/codec/time_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

namespace andon {
namespace {

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
constexpr std::string_view kWeekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                          "thursday", "friday", "saturday"};

struct ZoneName {
  std::string_view name;
  int hours;
};
constexpr ZoneName kZones[] = {{"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"EST", -5}, {"EDT", -4},
                               {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8},
                               {"PDT", -7}, {"JST", 9},  {"CET", 1},  {"CEST", 2}, {"EET", 2},
                               {"EEST", 3}, {"WET", 0},  {"WEST", 1}, {"MSK", 3},  {"Z", 0}};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }

bool StartsWith(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  return std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                    [](char wanted, char c) { return Lower(c) == wanted; });
}

// The whole name where it is there, else its first three letters.
bool TakeName(std::string_view& text, std::string_view name, bool long_too) {
  if (!StartsWith(text, name.substr(0, 3))) return false;
  text.remove_prefix(long_too && StartsWith(text, name) ? name.size() : 3);
  return true;
}

bool TakeZoneName(std::string_view& text, int32_t* seconds) {
  size_t letters = 0;
  while (letters < text.size() && IsLetter(text[letters])) ++letters;
  for (const ZoneName& zone : kZones) {
    if (text.substr(0, letters) != zone.name) continue;
    *seconds = zone.hours * 3600;
    text.remove_prefix(letters);
    return true;
  }
  return false;
}

}  // namespace

namespace {

// One to seven digits at the front of eight bytes, and something else behind them: how many, and
// their value in nanoseconds. 0: it is not so.
size_t ReadFractionAtOnce(const char* at, int* nanosecond) {
  if constexpr (std::endian::native != std::endian::little) return 0;
  uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const uint64_t digits = bytes ^ 0x3030303030303030;
  // A byte that is no digit is more than 9: adding 6 or its own upper half shows it.
  const uint64_t others =
      (digits | ((digits & 0x7f7f7f7f7f7f7f7f) + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0;
  if (others == 0) return 0;
  const auto count = static_cast<size_t>(__builtin_ctzll(others)) / 8;
  // What is behind counts as zeros, so that eight are read in any case: pairs, fours, all.
  uint64_t value = digits & ((uint64_t{1} << (8 * count)) - 1);
  value = (value * 10 + (value >> 8)) & 0x00ff00ff00ff00ff;
  value = (value * 100 + (value >> 16)) & 0x0000ffff0000ffff;
  value = (value * 10'000 + (value >> 32)) & 0xffffffff;
  *nanosecond = static_cast<int>(value) * 10;
  return count;
}

}  // namespace

bool TakeFraction(std::string_view& text, int* nanosecond, size_t most) {
  if (text.size() >= 8 && most >= 8) {
    const size_t count = ReadFractionAtOnce(text.data(), nanosecond);
    text.remove_prefix(count);
    if (count > 0) return true;
  }
  int64_t value = 0;
  size_t count = 0;
  while (count < most && count < text.size() && IsDigit(text[count])) {
    if (count < 9) value = value * 10 + (text[count] - '0');
    ++count;
  }
  if (count == 0) return false;
  for (size_t i = count; i < 9; ++i) value *= 10;
  text.remove_prefix(count);
  *nanosecond = static_cast<int>(value);
  return true;
}

bool TakeMonth(std::string_view& text, bool long_too, int* month) {
  for (size_t i = 0; i < std::size(kMonths); ++i) {
    if (!TakeName(text, kMonths[i], long_too)) continue;
    *month = static_cast<int>(i) + 1;
    return true;
  }
  return false;
}

bool TakeWeekday(std::string_view& text) {
  return std::any_of(std::begin(kWeekdays), std::end(kWeekdays),
                     [&text](std::string_view name) { return TakeName(text, name, true); });
}

bool TakeOffset(std::string_view& text, int32_t* seconds) {
  if (text.empty()) return false;
  if (text[0] != '+' && text[0] != '-') return TakeZoneName(text, seconds);
  std::string_view rest = text.substr(1);
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!TakeDigits(rest, 2, 2, &hours)) return false;
  std::string_view after = rest;
  if (!after.empty() && after[0] == ':') after.remove_prefix(1);
  if (TakeDigits(after, 2, 2, &minutes)) rest = after;
  if (hours > 23 || minutes > 59) return false;
  *seconds = static_cast<int32_t>(hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
  text = rest;
  return true;
}

int MonthFromThreeLetters(const char* at) {
  const auto code = [](char a, char b, char c) { return (a << 16) | (b << 8) | c; };
  switch (code(at[0], at[1], at[2])) {
    case code('J', 'a', 'n'):
      return 1;
    case code('F', 'e', 'b'):
      return 2;
    case code('M', 'a', 'r'):
      return 3;
    case code('A', 'p', 'r'):
      return 4;
    case code('M', 'a', 'y'):
      return 5;
    case code('J', 'u', 'n'):
      return 6;
    case code('J', 'u', 'l'):
      return 7;
    case code('A', 'u', 'g'):
      return 8;
    case code('S', 'e', 'p'):
      return 9;
    case code('O', 'c', 't'):
      return 10;
    case code('N', 'o', 'v'):
      return 11;
    case code('D', 'e', 'c'):
      return 12;
    default:
      return 0;
  }
}

}  // namespace andon
