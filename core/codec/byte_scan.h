// Where a byte is found in short texts: sixteen at a time, without a call into the C library for
// what is near.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace andon {

// The place of the first `c`, or npos.
inline size_t FindByte(std::string_view text, char c) {
#if defined(__SSE2__)
  if (text.size() >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
    if (found != 0) return static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  const void* const at = text.empty() ? nullptr : std::memchr(text.data(), c, text.size());
  if (at == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

// The place of the first `a` or `b`, or npos.
inline size_t FindEither(std::string_view text, char a, char b) {
  size_t at = 0;
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)),
                                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b))));
    if (found != 0) return at + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  for (; at < text.size(); ++at) {
    if (text[at] == a || text[at] == b) return at;
  }
  return std::string_view::npos;
}

// How many bytes at the front are neither spaces nor control characters.
inline size_t VisibleSize(std::string_view text) {
  size_t size = 0;
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(' ');
  for (; text.size() - size >= 16; size += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + size));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, space), bytes);
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    const int found = _mm_movemask_epi8(_mm_or_si128(low, del));
    if (found != 0) return size + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  while (size < text.size() && static_cast<unsigned char>(text[size]) > ' ' && text[size] != 0x7f) {
    ++size;
  }
  return size;
}

// Whether a byte is less than a space.
inline bool HasControl(std::string_view text) {
  size_t at = 0;
#if defined(__SSE2__)
  const __m128i last = _mm_set1_epi8(0x1f);
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, last), bytes)) != 0) return true;
  }
#endif
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) < ' ') return true;
  }
  return false;
}

}  // namespace andon
