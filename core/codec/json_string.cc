// The strings of json_writer.h: sixteen bytes at a time while nothing has to be escaped.
#include "core/codec/json_string.h"

#include <algorithm>
#include <cstring>

#include "core/base/utf8.h"
#include "core/codec/json_plain.h"
#include "core/codec/json_writer.h"

namespace andon {
namespace {

// Two words that overlap cover 4 to 7, or 8 to 15 bytes.
template <class T>
bool CopyTwoWords(char* to, const char* from, size_t size) {
  const T first = LoadWord<T>(from);
  const T last = LoadWord<T>(from + size - sizeof(T));
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof(T), &last, sizeof last);
  return !HasJsonSpecial(first) && !HasJsonSpecial(last);
}

// A short text that is plain from end to end. False: something is special.
bool CopyShort(char* to, const char* from, size_t size) {
  if (size >= 8) return CopyTwoWords<uint64_t>(to, from, size);
  if (size >= 4) return CopyTwoWords<uint32_t>(to, from, size);
  bool plain = true;
  for (size_t i = 0; i < size; ++i) {
    to[i] = from[i];
    plain = plain && !IsJsonSpecial(static_cast<unsigned char>(from[i]));
  }
  return plain;
}

constexpr size_t kLongestEscape = 6;  // \u001f

// Writes the special character at the front of `text` and returns how many bytes of it that was.
size_t WriteSpecial(std::string_view text, char*& to) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr std::string_view kShort = "btn.fr";  // \b is 8; the vertical tab has no letter.
  const unsigned char c = static_cast<unsigned char>(text[0]);
  if (c >= 0x80) {
    const size_t size = Utf8CharacterSize(text);
    if (size > 0) {
      std::memcpy(to, text.data(), size);
      to += size;
      return size;
    }
    std::memcpy(to, "\xef\xbf\xbd", 3);
    to += 3;
    return Utf8BrokenSize(text);
  }
  *to++ = '\\';
  if (c == '"' || c == '\\') {
    *to++ = static_cast<char>(c);
  } else if (c >= 8 && c <= 13 && c != 11) {
    *to++ = kShort[c - 8U];
  } else {
    std::memcpy(to, "u00", 3);
    to[3] = kHex[c >> 4];
    to[4] = kHex[c & 15];
    to += 5;
  }
  return 1;
}

// How many bytes at the front are plain, up to `most`; they are copied.
size_t CopyPlain(char* to, const char* from, size_t most) {
  if (most >= 16) return CopyJsonPlain16(to, from);
  size_t plain = 0;
  while (plain < most && !IsJsonSpecial(static_cast<unsigned char>(from[plain]))) {
    to[plain] = from[plain];
    ++plain;
  }
  return plain;
}

// Takes a piece of up to `most` bytes, and the rest of a character that goes beyond it.
char* EscapePiece(std::string_view& text, size_t most, char* to) {
  while (most > 0) {
    const size_t plain = CopyPlain(to, text.data(), most);
    to += plain;
    text.remove_prefix(plain);
    most -= plain;
    if (most == 0 || plain == 16) continue;
    const size_t special = WriteSpecial(text, to);
    text.remove_prefix(special);
    most -= std::min(special, most);
  }
  return to;
}

// The rest of a text that has something special in it: a piece at a time, so that room for the
// worst is never much.
void AppendEscaped(std::string_view text, ByteBuffer& out) {
  while (!text.empty()) {
    const size_t piece = std::min(text.size(), size_t{4096});
    char* const begin = reinterpret_cast<char*>(out.Tail(piece * kLongestEscape + 16));
    out.Advance(static_cast<size_t>(EscapePiece(text, piece, begin) - begin));
  }
}

}  // namespace

size_t Utf8BrokenSize(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  size_t most = 1;
  if (first >= 0xc2 && first <= 0xdf) most = 2;
  if (first >= 0xe0 && first <= 0xef) most = 3;
  if (first >= 0xf0 && first <= 0xf4) most = 4;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  size_t size = 1;
  while (size < most && size < text.size() && byte(size) >= low && byte(size) <= high) {
    ++size;
    low = 0x80;
    high = 0xbf;
  }
  return size;
}

void AppendJsonString(std::string_view text, ByteBuffer& out) {
  const size_t size = text.size();
  char* const begin = reinterpret_cast<char*>(out.Tail(size + 2));
  *begin = '"';
  char* const to = begin + 1;
  size_t plain = 0;
  if (size < 16) {
    if (CopyShort(to, text.data(), size)) plain = size;
  } else {
    unsigned found = 16;
    for (; found == 16 && size - plain >= 16; plain += found) {
      found = CopyJsonPlain16(to + plain, text.data() + plain);
    }
    // The last bytes once more, with those in front of them, which are plain.
    if (found == 16 && plain < size) {
      const size_t last = size - 16;
      plain = last + CopyJsonPlain16(to + last, text.data() + last);
    }
  }
  out.Advance(1 + plain);
  if (plain < size) AppendEscaped(text.substr(plain), out);
  out.Append('"');
}

}  // namespace andon
