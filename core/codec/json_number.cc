#include "core/codec/json_number.h"

#include <charconv>

namespace andon {
namespace {

size_t Digits(std::string_view text, size_t from) {
  size_t at = from;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at - from;
}

// False: a point without digits behind it.
bool TakeFraction(std::string_view text, size_t* at) {
  if (*at == text.size() || text[*at] != '.') return true;
  const size_t digits = Digits(text, *at + 1);
  *at += 1 + digits;
  return digits > 0;
}

// False: an e without digits behind it.
bool TakeExponent(std::string_view text, size_t* at) {
  if (*at == text.size() || (text[*at] != 'e' && text[*at] != 'E')) return true;
  const size_t sign = *at + 1;
  const bool is_signed = sign < text.size() && (text[sign] == '+' || text[sign] == '-');
  const size_t digits = Digits(text, sign + (is_signed ? 1 : 0));
  *at = sign + (is_signed ? 1 : 0) + digits;
  return digits > 0;
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t whole = Digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  return TakeFraction(text, &at) && TakeExponent(text, &at) && at == text.size();
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
