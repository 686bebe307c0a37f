// Where a byte is found in short texts: sixteen at a time, without a call into the C library for
// what is near.
#pragma once

#include <cstddef>
#include <cstdint>
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

#if defined(__SSE2__)
// Of sixteen bytes, a bit for each that is a space or a control character.
inline uint32_t Invisible16(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
  const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(low, del)));
}
#endif

// The first `count` words, each with a space behind it, where all of that is within 64 bytes that
// are there: found at once, where one after the other each would wait for the end of the last.
// Takes them from `text`. False: they must be looked for otherwise, and `words` is of no use.
template <size_t kCount>
bool TakeNearWords(std::string_view& text, std::string_view (&words)[kCount]) {
#if defined(__SSE2__)
  if (text.size() < 64) return false;
  uint64_t ends = 0;
  for (unsigned i = 0; i < 64; i += 16) ends |= uint64_t{Invisible16(text.data() + i)} << i;
  size_t begin = 0;
  for (std::string_view& word : words) {
    if (ends == 0) return false;
    const auto end = static_cast<size_t>(__builtin_ctzll(ends));
    ends &= ends - 1;
    if (end == begin || text[end] != ' ') return false;
    word = text.substr(begin, end - begin);
    begin = end + 1;
  }
  text.remove_prefix(begin);
  return true;
#else
  return false;
#endif
}

// How many bytes at the front are neither spaces nor control characters.
inline size_t VisibleSize(std::string_view text) {
  size_t size = 0;
#if defined(__SSE2__)
  for (; text.size() - size >= 16; size += 16) {
    const uint32_t found = Invisible16(text.data() + size);
    if (found != 0) return size + static_cast<size_t>(__builtin_ctz(found));
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
