#include "core/base/long_copy.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace andon {

#if defined(__x86_64__)
void LongCopy(std::byte* to, const std::byte* from, size_t size) {
  constexpr size_t kLine = 64;
  const size_t unaligned = (kLine - reinterpret_cast<uintptr_t>(to) % kLine) % kLine;
  const size_t front = std::min(unaligned, size);
  if (front > 0) std::memcpy(to, from, front);
  size_t at = front;
  for (; at + kLine <= size; at += kLine) {
    const auto* source = reinterpret_cast<const __m128i*>(from + at);
    auto* target = reinterpret_cast<__m128i*>(to + at);
    const __m128i a = _mm_loadu_si128(source);
    const __m128i b = _mm_loadu_si128(source + 1);
    const __m128i c = _mm_loadu_si128(source + 2);
    const __m128i d = _mm_loadu_si128(source + 3);
    _mm_stream_si128(target, a);
    _mm_stream_si128(target + 1, b);
    _mm_stream_si128(target + 2, c);
    _mm_stream_si128(target + 3, d);
  }
  if (at < size) std::memcpy(to + at, from + at, size - at);
  // These stores are not ordered by a mutex or an atomic.
  _mm_sfence();
}
#else
void LongCopy(std::byte* to, const std::byte* from, size_t size) {
  if (size > 0) std::memcpy(to, from, size);
}
#endif

}  // namespace andon
