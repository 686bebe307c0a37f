// Text that is the same in JSON: found and copied at once, sixteen bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace andon {

// Control characters, the quote, the backslash, and everything beyond ASCII.
constexpr bool IsJsonSpecial(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

// Eight bytes, one of them special: after "Determine if a word has a byte less than n" and "...
// equal to n" of https://graphics.stanford.edu/~seander/bithacks.html. May be true for a plain byte
// that stands above a special one, never false for a special one.
template <class T>
inline bool HasJsonSpecial(T word) {
  constexpr T kOnes = static_cast<T>(0x0101010101010101);
  constexpr T kHigh = static_cast<T>(0x8080808080808080);
  const T quote = word ^ (kOnes * '"');
  const T backslash = word ^ (kOnes * '\\');
  return (((word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes) | word) & kHigh) != 0;
}

template <class T>
inline T LoadWord(const char* from) {
  T word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Copies sixteen bytes; a bit for each that is special.
inline uint32_t CopyJson16(char* to, const char* from) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  // Signed: what is beyond ASCII is less than a space too.
  const __m128i special = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                                       _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<uint32_t>(_mm_movemask_epi8(special));
#else
  std::memcpy(to, from, 16);
  uint32_t special = 0;
  for (unsigned word = 0; word < 16; word += 8) {
    if (!HasJsonSpecial(LoadWord<uint64_t>(from + word))) continue;
    for (unsigned i = word; i < word + 8; ++i) {
      if (IsJsonSpecial(static_cast<unsigned char>(from[i]))) special |= 1U << i;
    }
  }
  return special;
#endif
}

// Copies sixteen bytes; how many of them stand in front of the first that is special.
inline unsigned CopyJsonPlain16(char* to, const char* from) {
  constexpr uint32_t kNone = 1U << 16;
  return static_cast<unsigned>(__builtin_ctz(CopyJson16(to, from) | kNone));
}

// CopyJsonPlain and its like read so many bytes behind a text, and write them behind the copy.
inline constexpr size_t kJsonReadBehind = 32;

// Copies a text of up to 32 bytes, of any length in the same time. False: something in it has to be
// escaped, and what was copied is of no use.
inline bool CopyJsonPlainShort(char* to, const char* from, size_t size) {
  const uint64_t special = CopyJson16(to, from) | CopyJson16(to + 16, from + 16) << 16;
  return (special & ((uint64_t{1} << size) - 1)) == 0;
}

// The same for a text of any length.
inline bool CopyJsonPlain(char* to, const char* from, size_t size) {
  for (; size > 32; size -= 32) {
    if ((CopyJson16(to, from) | CopyJson16(to + 16, from + 16)) != 0) return false;
    to += 32;
    from += 32;
  }
  return CopyJsonPlainShort(to, from, size);
}

}  // namespace andon
