#include "core/codec/json_number.h"

#include <charconv>

namespace andon {
namespace {

size_t Digits(std::string_view text, size_t from) {
  size_t at = from;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at - from;
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t whole = Digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = Digits(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = Digits(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

void WriteJsonNumber(std::string_view text, MsgpackWriter out) {
  const char* const end = text.data() + text.size();
  if (text.find_first_of(".eE") != std::string_view::npos) {
    double value = 0;
    if (std::from_chars(text.data(), end, value).ec == std::errc()) return out.Float(value);
    return out.String(text);
  }
  int64_t value = 0;
  if (std::from_chars(text.data(), end, value).ec == std::errc()) return out.Int(value);
  uint64_t large = 0;
  if (std::from_chars(text.data(), end, large).ec == std::errc()) return out.Uint(large);
  out.String(text);
}

}  // namespace andon
