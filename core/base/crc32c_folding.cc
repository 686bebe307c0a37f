// CRC32C by carry-less multiplication of 64 bytes at once, for processors that have AVX-512 and
// VPCLMULQDQ: a third of the time that the crc32 instruction takes. After "Fast CRC Computation for
// Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009): a message is a polynomial, and
// what stands n bits in front of its end may be replaced by itself times x^n modulo the CRC's
// polynomial. So four registers run over the bytes, each moved ahead by what it steps over.
#include <array>

#include "core/base/crc32c_engine.h"
#include "core/base/crc32c_tables.h"
#include "core/base/long_copy.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define ANDON_FOLDING __attribute__((target("avx512f,vpclmulqdq,sse4.2")))

namespace andon {
namespace {

constexpr size_t kRegister = 64;
constexpr size_t kRound = 4 * kRegister;
constexpr size_t kLeastBytes = 4 * kRound;  // The crc32 instruction is done sooner with less.

// x^n modulo the polynomial, reflected, where a product of two wants it.
constexpr uint64_t PowerOfX(size_t n) {
  uint32_t power = 0x80000000;
  for (; n > 0; --n) {
    power = (power >> 1) ^ ((power & 1) != 0 ? crc32c::kPolynomial : 0);
  }
  return uint64_t{power} << 1;
}

// What moves each lane of 128 bits ahead: factors of its first and of its second half.
struct Factors {
  uint64_t lanes[4][2];
};
constexpr Factors Ahead(std::array<size_t, 4> bits) {
  Factors factors{};
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] > 0) {
      factors.lanes[i][0] = PowerOfX(bits[i] + 32);
      factors.lanes[i][1] = PowerOfX(bits[i] - 32);
    }
  }
  return factors;
}
constexpr Factors AllAhead(size_t bits) { return Ahead({bits, bits, bits, bits}); }

constexpr Factors kAheadRound = AllAhead(8 * kRound);
constexpr Factors kAheadRegister = AllAhead(8 * kRegister);
constexpr Factors kToTheLastLane = Ahead({384, 256, 128, 0});

ANDON_FOLDING inline __m512i Xor3(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

// `lanes` moved ahead, and what stands there.
ANDON_FOLDING inline __m512i Fold(__m512i lanes, __m512i factors, __m512i there) {
  return Xor3(_mm512_clmulepi64_epi128(lanes, factors, 0x00),
              _mm512_clmulepi64_epi128(lanes, factors, 0x11), there);
}

ANDON_FOLDING inline uint32_t Reduce(__m512i lanes) {
  const __m512i factors = _mm512_loadu_si512(&kToTheLastLane);
  uint64_t last[8];
  uint64_t moved[8];
  _mm512_storeu_si512(last, lanes);
  _mm512_storeu_si512(moved, Fold(lanes, factors, _mm512_setzero_si512()));
  const uint64_t first = moved[0] ^ moved[2] ^ moved[4] ^ last[6];
  const uint64_t second = moved[1] ^ moved[3] ^ moved[5] ^ last[7];
  return static_cast<uint32_t>(_mm_crc32_u64(_mm_crc32_u64(0, first), second));
}

enum class Copy : uint8_t { kNone, kCached, kPastCache };

struct Cursor {
  std::byte* to;
  const std::byte* from;
  size_t size;
};

template <Copy kCopy>
ANDON_FOLDING inline __m512i Take(Cursor& at, size_t offset) {
  const __m512i bytes = _mm512_loadu_si512(at.from + offset);
  if constexpr (kCopy == Copy::kCached) _mm512_storeu_si512(at.to + offset, bytes);
  if constexpr (kCopy == Copy::kPastCache) {
    _mm512_stream_si512(reinterpret_cast<__m512i*>(at.to + offset), bytes);
  }
  return bytes;
}

template <Copy kCopy>
ANDON_FOLDING inline void Step(Cursor& at, size_t bytes) {
  if constexpr (kCopy != Copy::kNone) at.to += bytes;
  at.from += bytes;
  at.size -= bytes;
}

// At least one round.
template <Copy kCopy>
ANDON_FOLDING uint32_t FoldAll(Cursor& at, uint32_t crc) {
  const __m512i begin = _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(crc)));
  __m512i a = _mm512_xor_si512(Take<kCopy>(at, 0), begin);
  __m512i b = Take<kCopy>(at, kRegister);
  __m512i c = Take<kCopy>(at, 2 * kRegister);
  __m512i d = Take<kCopy>(at, 3 * kRegister);
  Step<kCopy>(at, kRound);
  const __m512i ahead_round = _mm512_loadu_si512(&kAheadRound);
  for (; at.size >= kRound; Step<kCopy>(at, kRound)) {
    a = Fold(a, ahead_round, Take<kCopy>(at, 0));
    b = Fold(b, ahead_round, Take<kCopy>(at, kRegister));
    c = Fold(c, ahead_round, Take<kCopy>(at, 2 * kRegister));
    d = Fold(d, ahead_round, Take<kCopy>(at, 3 * kRegister));
  }
  const __m512i ahead = _mm512_loadu_si512(&kAheadRegister);
  __m512i sum = Fold(Fold(Fold(a, ahead, b), ahead, c), ahead, d);
  for (; at.size >= kRegister; Step<kCopy>(at, kRegister)) {
    sum = Fold(sum, ahead, Take<kCopy>(at, 0));
  }
  return Reduce(sum);
}

}  // namespace

bool HasFolding() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq") &&
         __builtin_cpu_supports("sse4.2");
}

uint32_t Crc32cFolding(std::byte* to, const std::byte* from, size_t size, uint32_t crc) {
  if (size < kLeastBytes) return Crc32cSse42(to, from, size, crc);
  Cursor at{nullptr, from, size};
  crc = FoldAll<Copy::kNone>(at, crc);
  return Crc32cSse42(nullptr, at.from, at.size, crc);
}

uint32_t CopyCrc32cFolding(std::byte* to, const std::byte* from, size_t size, uint32_t crc) {
  if (size < kLeastBytes) return CopyCrc32cSse42(to, from, size, crc);
  Cursor at{to, from, size};
  if (size < kLongCopyBytes) {
    crc = FoldAll<Copy::kCached>(at, crc);
    return CopyCrc32cSse42(at.to, at.from, at.size, crc);
  }
  const size_t unaligned = (kRegister - reinterpret_cast<uintptr_t>(to) % kRegister) % kRegister;
  crc = CopyCrc32cSse42(to, from, unaligned, crc);
  Step<Copy::kPastCache>(at, unaligned);
  crc = FoldAll<Copy::kPastCache>(at, crc);
  _mm_sfence();  // Such stores are not ordered by a mutex or an atomic.
  return CopyCrc32cSse42(at.to, at.from, at.size, crc);
}

}  // namespace andon

#endif
