// CRC32C by the processor's instruction. It takes a new step each cycle but gives its result only
// three cycles later, so three streams over neighbouring bytes run side by side and are joined.
#include <cstring>

#include "core/base/crc32c_engine.h"
#include "core/base/crc32c_tables.h"
#include "core/base/long_copy.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#define ANDON_CRC_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#define ANDON_CRC_TARGET __attribute__((target("+crc")))
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

#if defined(ANDON_CRC_TARGET)

namespace andon {
namespace {

// Bytes per stream: long rounds while they fit, then short ones, then a single stream.
constexpr size_t kLong = 2048;
constexpr size_t kShort = 128;
constexpr crc32c::ShiftTable kLongShift = crc32c::MakeShift<kLong>();
constexpr crc32c::ShiftTable kShortShift = crc32c::MakeShift<kShort>();

#if defined(__x86_64__)
ANDON_CRC_TARGET inline uint64_t Step8(uint64_t crc, uint64_t word) {
  return _mm_crc32_u64(crc, word);
}
ANDON_CRC_TARGET inline uint64_t Step1(uint64_t crc, std::byte b) {
  return _mm_crc32_u8(static_cast<uint32_t>(crc), static_cast<uint8_t>(b));
}
#else
ANDON_CRC_TARGET inline uint64_t Step8(uint64_t crc, uint64_t word) {
  return __crc32cd(static_cast<uint32_t>(crc), word);
}
ANDON_CRC_TARGET inline uint64_t Step1(uint64_t crc, std::byte b) {
  return __crc32cb(static_cast<uint32_t>(crc), static_cast<uint8_t>(b));
}
#endif

struct Cursor {
  std::byte* to;
  const std::byte* from;
  size_t size;
  uint64_t crc;
};

template <bool kCopy>
ANDON_CRC_TARGET inline uint64_t Take8(std::byte* to, const std::byte* from, uint64_t crc) {
  uint64_t word;
  std::memcpy(&word, from, 8);
  if constexpr (kCopy) std::memcpy(to, &word, 8);
  return Step8(crc, word);
}

template <bool kCopy, size_t kStride>
ANDON_CRC_TARGET inline void ThreeStreams(Cursor& at, const crc32c::ShiftTable& shift) {
  while (at.size >= 3 * kStride) {
    uint64_t a = at.crc;
    uint64_t b = 0;
    uint64_t c = 0;
    for (size_t i = 0; i < kStride; i += 8) {
      std::byte* to = nullptr;
      if constexpr (kCopy) to = at.to + i;
      a = Take8<kCopy>(to, at.from + i, a);
      if constexpr (kCopy) to += kStride;
      b = Take8<kCopy>(to, at.from + i + kStride, b);
      if constexpr (kCopy) to += kStride;
      c = Take8<kCopy>(to, at.from + i + 2 * kStride, c);
    }
    const uint32_t ab = crc32c::Shift(shift, static_cast<uint32_t>(a)) ^ static_cast<uint32_t>(b);
    at.crc = crc32c::Shift(shift, ab) ^ static_cast<uint32_t>(c);
    at.from += 3 * kStride;
    if constexpr (kCopy) at.to += 3 * kStride;
    at.size -= 3 * kStride;
  }
}

template <bool kCopy>
ANDON_CRC_TARGET uint32_t Run(std::byte* to, const std::byte* from, size_t size, uint32_t crc) {
  Cursor at{to, from, size, crc};
  ThreeStreams<kCopy, kLong>(at, kLongShift);
  ThreeStreams<kCopy, kShort>(at, kShortShift);
  for (; at.size >= 8; at.size -= 8) {
    at.crc = Take8<kCopy>(at.to, at.from, at.crc);
    at.from += 8;
    if constexpr (kCopy) at.to += 8;
  }
  for (; at.size > 0; --at.size) {
    at.crc = Step1(at.crc, *at.from);
    if constexpr (kCopy) *at.to++ = *at.from;
    ++at.from;
  }
  return static_cast<uint32_t>(at.crc);
}

// Piece by piece, so that the copy finds in the nearest cache what the checksum has read. Stores of
// eight bytes into memory that is in no cache would cost more than all the rest.
ANDON_CRC_TARGET uint32_t RunLongCopy(std::byte* to, const std::byte* from, size_t size,
                                      uint32_t crc) {
  constexpr size_t kPiece = 3 * kLong;
  while (size > 0) {
    const size_t piece = size < 2 * kPiece ? size : kPiece;
    crc = Run<false>(nullptr, from, piece, crc);
    LongCopy(to, from, piece);
    to += piece;
    from += piece;
    size -= piece;
  }
  return crc;
}

ANDON_CRC_TARGET uint32_t RunCopy(std::byte* to, const std::byte* from, size_t size, uint32_t crc) {
  if (size >= kLongCopyBytes) return RunLongCopy(to, from, size, crc);
  return Run<true>(to, from, size, crc);
}

}  // namespace

#if defined(__x86_64__)
ANDON_CRC_TARGET uint32_t Crc32cSse42(std::byte* to, const std::byte* from, size_t size,
                                      uint32_t crc) {
  return Run<false>(to, from, size, crc);
}
ANDON_CRC_TARGET uint32_t CopyCrc32cSse42(std::byte* to, const std::byte* from, size_t size,
                                          uint32_t crc) {
  return RunCopy(to, from, size, crc);
}
#else
bool HasArmCrc32c() { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
ANDON_CRC_TARGET uint32_t Crc32cArm(std::byte* to, const std::byte* from, size_t size,
                                    uint32_t crc) {
  return Run<false>(to, from, size, crc);
}
ANDON_CRC_TARGET uint32_t CopyCrc32cArm(std::byte* to, const std::byte* from, size_t size,
                                        uint32_t crc) {
  return RunCopy(to, from, size, crc);
}
#endif

}  // namespace andon

#endif
