#include "core/config/quantity_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace andon {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

// From the largest down, as DurationText writes them.
constexpr Unit kTimeUnits[] = {
    {"w", uint64_t{7} * 24 * 3600 * 1'000'000'000},
    {"d", uint64_t{24} * 3600 * 1'000'000'000},
    {"h", uint64_t{3600} * 1'000'000'000},
    {"m", uint64_t{60} * 1'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
};

constexpr Unit kSizeUnits[] = {
    {"TiB", uint64_t{1} << 40},
    {"TB", 1'000'000'000'000},
    {"GiB", uint64_t{1} << 30},
    {"GB", 1'000'000'000},
    {"MiB", uint64_t{1} << 20},
    {"MB", 1'000'000},
    {"KiB", uint64_t{1} << 10},
    {"kB", 1'000},
    {"B", 1},
};

struct Number {
  uint64_t whole = 0;
  double fraction = 0;  // Below 1.
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes `12` or `1.5` off the front of `text`.
bool TakeNumber(std::string_view* text, Number* number) {
  const char* end = text->data() + text->size();
  const auto [behind, error] = std::from_chars(text->data(), end, number->whole);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(behind - text->data()));
  if (text->empty() || text->front() != '.') return true;
  text->remove_prefix(1);
  if (text->empty() || !IsDigit(text->front())) return false;
  double place = 0.1;
  for (; !text->empty() && IsDigit(text->front()); text->remove_prefix(1)) {
    number->fraction += (text->front() - '0') * place;
    place /= 10;
  }
  return true;
}

std::string_view TakeWord(std::string_view* text) {
  const auto end =
      std::find_if(text->begin(), text->end(), [](char c) { return IsDigit(c) || c == '.'; });
  const auto length = static_cast<size_t>(end - text->begin());
  const std::string_view word = text->substr(0, length);
  text->remove_prefix(length);
  return word;
}

// False when the product is above `limit`.
bool Multiply(const Number& number, uint64_t factor, uint64_t limit, uint64_t* product) {
  const auto part =
      static_cast<uint64_t>(std::llround(number.fraction * static_cast<double>(factor)));
  if (number.whole > (limit - std::min(part, limit)) / factor) return false;
  *product = number.whole * factor + part;
  return *product <= limit;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kLongest = 40;
  std::string quoted = "\"";
  for (const char c : text.substr(0, kLongest)) {
    quoted += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return quoted + (text.size() > kLongest ? "...\"" : "\"");
}

Status BadDuration(std::string_view text, const std::string& why) {
  return InvalidConfig("must be a duration such as 300ms, 5s or 1h30m, is " + Quoted(text) + why);
}

Status BadSize(std::string_view text, const std::string& why) {
  return InvalidConfig("must be a size such as 512, 10kB or 64MiB, is " + Quoted(text) + why);
}

const Unit* FindTimeUnit(std::string_view word) {
  for (const Unit& unit : kTimeUnits) {
    if (unit.name == word) return &unit;
  }
  return nullptr;
}

// A word that people use for the unit that we spell shorter.
std::string TimeUnitHint(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kSpelled[] = {
      {"sec", "s"},     {"secs", "s"},
      {"second", "s"},  {"seconds", "s"},
      {"S", "s"},       {"min", "m"},
      {"mins", "m"},    {"minute", "m"},
      {"minutes", "m"}, {"M", "m"},
      {"hour", "h"},    {"hours", "h"},
      {"hr", "h"},      {"H", "h"},
      {"day", "d"},     {"days", "d"},
      {"D", "d"},       {"week", "w"},
      {"weeks", "w"},   {"msec", "ms"},
      {"millis", "ms"}, {"milliseconds", "ms"},
      {"usec", "us"},   {"\xC2\xB5s", "us"},
  };
  for (const auto& [spelled, unit] : kSpelled) {
    if (spelled == word) return "; write " + std::string(unit);
  }
  if (word.starts_with(' ')) return "; write it without the space";
  return "; units are ms, s, m, h, d, w";
}

const Unit* FindSizeUnit(std::string_view word) {
  if (word == "KB" || word == "K" || word == "k") word = "kB";
  for (const Unit& unit : kSizeUnits) {
    const std::string_view without_b = unit.name.substr(0, unit.name.size() - 1);
    if (unit.name == word || (!without_b.empty() && without_b == word)) return &unit;
  }
  return nullptr;
}

std::string SizeUnitHint(std::string_view word) {
  if (word.starts_with(' ')) return "; write it without the space";
  std::string upper;
  for (const char c : word) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const char* letter : {"K", "M", "G", "T"}) {
    if (!upper.starts_with(letter)) continue;
    const std::string decimal = *letter == 'K' ? "k" : letter;
    return "; write " + std::string(letter) + "iB for powers of 1024, " + decimal +
           "B for powers of 1000";
  }
  return "; units are kB, MB, GB, TB and KiB, MiB, GiB, TiB";
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  if (text == "0") return Duration::zero();
  if (text.empty()) return BadDuration(text, "");
  if (text[0] == '-') return BadDuration(text, "; it cannot be negative");
  uint64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    Number number;
    if (!TakeNumber(&rest, &number)) return BadDuration(text, "");
    const std::string_view word = TakeWord(&rest);
    if (word.empty()) return BadDuration(text, "; the unit is missing");
    const Unit* unit = FindTimeUnit(word);
    if (unit == nullptr) {
      return BadDuration(text, "; " + Quoted(word) + " is no unit" + TimeUnitHint(word));
    }
    uint64_t part = 0;
    if (!Multiply(number, unit->factor, uint64_t{INT64_MAX} - total, &part)) {
      return BadDuration(text, "; it is longer than 292 years");
    }
    total += part;
  }
  return Duration(static_cast<int64_t>(total));
}

Result<uint64_t> ParseByteSize(std::string_view text) {
  if (text.empty()) return BadSize(text, "");
  if (text[0] == '-') return BadSize(text, "; it cannot be negative");
  std::string_view rest = text;
  Number number;
  if (!TakeNumber(&rest, &number)) return BadSize(text, "");
  const Unit* unit = rest.empty() ? FindSizeUnit("B") : FindSizeUnit(rest);
  if (unit == nullptr) {
    return BadSize(text, "; " + Quoted(rest) + " is no unit" + SizeUnitHint(rest));
  }
  if (unit->factor == 1 && number.fraction > 0) return BadSize(text, "; bytes have no fractions");
  uint64_t bytes = 0;
  if (!Multiply(number, unit->factor, INT64_MAX, &bytes)) {
    return BadSize(text, "; it is larger than 8EiB");
  }
  return bytes;
}

std::string DurationText(Duration duration) {
  auto left = static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0));
  if (left == 0) return "0";
  std::string text;
  for (const Unit& unit : kTimeUnits) {
    if (unit.name == "w" && left % unit.factor != 0) continue;  // 10d, not 1w3d.
    if (left < unit.factor) continue;
    text += std::to_string(left / unit.factor);
    text += unit.name;
    left %= unit.factor;
  }
  return text;
}

std::string ByteSizeText(uint64_t bytes) {
  if (bytes == 0) return "0";
  for (const Unit& unit : kSizeUnits) {
    if (bytes % unit.factor != 0 || unit.factor == 1) continue;
    return std::to_string(bytes / unit.factor) + std::string(unit.name);
  }
  return std::to_string(bytes);
}

}  // namespace andon
