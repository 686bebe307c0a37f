// The first bytes of msgpack values
// (https://github.com/msgpack/msgpack/blob/master/spec.md#formats).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace andon::msgpack {

inline constexpr uint8_t kFixMap = 0x80;     // .. 0x8f
inline constexpr uint8_t kFixArray = 0x90;   // .. 0x9f
inline constexpr uint8_t kFixString = 0xa0;  // .. 0xbf
inline constexpr uint8_t kNil = 0xc0;
inline constexpr uint8_t kNeverUsed = 0xc1;
inline constexpr uint8_t kFalse = 0xc2;
inline constexpr uint8_t kTrue = 0xc3;
inline constexpr uint8_t kBin8 = 0xc4;
inline constexpr uint8_t kBin16 = 0xc5;
inline constexpr uint8_t kBin32 = 0xc6;
inline constexpr uint8_t kExt8 = 0xc7;
inline constexpr uint8_t kExt16 = 0xc8;
inline constexpr uint8_t kExt32 = 0xc9;
inline constexpr uint8_t kFloat32 = 0xca;
inline constexpr uint8_t kFloat64 = 0xcb;
inline constexpr uint8_t kUint8 = 0xcc;
inline constexpr uint8_t kUint16 = 0xcd;
inline constexpr uint8_t kUint32 = 0xce;
inline constexpr uint8_t kUint64 = 0xcf;
inline constexpr uint8_t kInt8 = 0xd0;
inline constexpr uint8_t kInt16 = 0xd1;
inline constexpr uint8_t kInt32 = 0xd2;
inline constexpr uint8_t kInt64 = 0xd3;
inline constexpr uint8_t kFixExt1 = 0xd4;
inline constexpr uint8_t kFixExt2 = 0xd5;
inline constexpr uint8_t kFixExt4 = 0xd6;
inline constexpr uint8_t kFixExt8 = 0xd7;
inline constexpr uint8_t kFixExt16 = 0xd8;
inline constexpr uint8_t kString8 = 0xd9;
inline constexpr uint8_t kString16 = 0xda;
inline constexpr uint8_t kString32 = 0xdb;
inline constexpr uint8_t kArray16 = 0xdc;
inline constexpr uint8_t kArray32 = 0xdd;
inline constexpr uint8_t kMap16 = 0xde;
inline constexpr uint8_t kMap32 = 0xdf;
inline constexpr uint8_t kNegativeFixInt = 0xe0;  // .. 0xff

enum class Shape : uint8_t { kScalar, kArray, kMap, kInvalid };

// What stands behind a first byte: `length_bytes` bytes of a big-endian length (0, 1, 2 or 4), then
// the payload. A scalar's payload has `fixed` bytes and as many as the length says (an ext's type
// is in `fixed`); a container has `fixed` elements (pairs in a map) or as many as the length says.
struct alignas(4) Head {
  Shape shape = Shape::kInvalid;
  uint8_t length_bytes = 0;
  uint8_t fixed = 0;
};

constexpr Head HeadOf(uint8_t first) {
  if (first < kFixMap || first >= kNegativeFixInt) return {Shape::kScalar, 0, 0};
  if (first < kFixArray) return {Shape::kMap, 0, static_cast<uint8_t>(first & 15)};
  if (first < kFixString) return {Shape::kArray, 0, static_cast<uint8_t>(first & 15)};
  if (first < kNil) return {Shape::kScalar, 0, static_cast<uint8_t>(first & 31)};
  constexpr Head kRest[32] = {
      {Shape::kScalar, 0, 0},  {Shape::kInvalid, 0, 0}, {Shape::kScalar, 0, 0},
      {Shape::kScalar, 0, 0},  {Shape::kScalar, 1, 0},  {Shape::kScalar, 2, 0},
      {Shape::kScalar, 4, 0},  {Shape::kScalar, 1, 1},  {Shape::kScalar, 2, 1},
      {Shape::kScalar, 4, 1},  {Shape::kScalar, 0, 4},  {Shape::kScalar, 0, 8},
      {Shape::kScalar, 0, 1},  {Shape::kScalar, 0, 2},  {Shape::kScalar, 0, 4},
      {Shape::kScalar, 0, 8},  {Shape::kScalar, 0, 1},  {Shape::kScalar, 0, 2},
      {Shape::kScalar, 0, 4},  {Shape::kScalar, 0, 8},  {Shape::kScalar, 0, 2},
      {Shape::kScalar, 0, 3},  {Shape::kScalar, 0, 5},  {Shape::kScalar, 0, 9},
      {Shape::kScalar, 0, 17}, {Shape::kScalar, 1, 0},  {Shape::kScalar, 2, 0},
      {Shape::kScalar, 4, 0},  {Shape::kArray, 2, 0},   {Shape::kArray, 4, 0},
      {Shape::kMap, 2, 0},     {Shape::kMap, 4, 0}};
  return kRest[first - kNil];
}

constexpr std::array<Head, 256> MakeHeads() {
  std::array<Head, 256> heads{};
  for (size_t i = 0; i < heads.size(); ++i) heads[i] = HeadOf(static_cast<uint8_t>(i));
  return heads;
}
constexpr std::array<Head, 256> kHeads = MakeHeads();

inline uint8_t FirstByte(const std::byte* at) { return static_cast<uint8_t>(*at); }
constexpr bool IsFixString(uint8_t first) { return (first & 0xe0) == kFixString; }
constexpr bool IsFixInt(uint8_t first) { return first < kFixMap || first >= kNegativeFixInt; }
constexpr bool IsFixContainer(uint8_t first) { return (first & 0xe0) == kFixMap; }
// uint 8 to 64 and int 8 to 64: 1 << (first & 3) bytes behind the first.
constexpr bool IsSizedNumber(uint8_t first) { return static_cast<uint8_t>(first - kUint8) < 8; }
inline bool IsMap(const std::byte* at) { return kHeads[FirstByte(at)].shape == Shape::kMap; }

// The length of the scalars that records are made of, found by their kind alone: the processor
// predicts the kind and goes on before it has read the byte. 0 for all other values. One byte is
// there at least, `end` is where they end.
inline size_t CommonScalarSize(const std::byte* at, const std::byte* end) {
  const uint8_t first = FirstByte(at);
  if (IsFixString(first)) return size_t{1} + (first & 31);
  if (IsFixInt(first)) return 1;
  if (IsSizedNumber(first)) return size_t{1} + (size_t{1} << (first & 3));
  if (first == kString8 && end - at > 1) return 2 + size_t{FirstByte(at + 1)};
  if (first == kFixExt8) return 10;
  return 0;
}

// The length behind the first byte; the bytes are there.
inline uint32_t LoadLength(const std::byte* behind_first, uint8_t length_bytes) {
  switch (length_bytes) {
    case 1:
      return static_cast<uint8_t>(*behind_first);
    case 2:
      return LoadBigEndian<uint16_t>(behind_first);
    case 4:
      return LoadBigEndian<uint32_t>(behind_first);
    default:
      return 0;
  }
}

// Array elements or map pairs, of a container whose head is there.
inline uint32_t CountAt(const std::byte* container) {
  const Head& head = kHeads[FirstByte(container)];
  return head.length_bytes == 0 ? head.fixed : LoadLength(container + 1, head.length_bytes);
}

// Where the first element of a container is.
inline const std::byte* ElementsAt(const std::byte* container) {
  return container + 1 + kHeads[FirstByte(container)].length_bytes;
}

}  // namespace andon::msgpack
