#include <cstring>

#include "core/base/bytes.h"
#include "core/base/crc32c_engine.h"
#include "core/base/crc32c_tables.h"

namespace andon {
namespace {

uint32_t LoadLittleEndian32(const std::byte* from) {
  uint32_t value = LoadBigEndian<uint32_t>(from);
  return __builtin_bswap32(value);
}

}  // namespace

uint32_t Crc32cSoftware(std::byte* /*to*/, const std::byte* from, size_t size, uint32_t crc) {
  using crc32c::kSlices;
  for (; size >= 8; size -= 8, from += 8) {
    const uint32_t low = LoadLittleEndian32(from) ^ crc;
    const uint32_t high = LoadLittleEndian32(from + 4);
    crc = kSlices[7][low & 0xff] ^ kSlices[6][(low >> 8) & 0xff] ^ kSlices[5][(low >> 16) & 0xff] ^
          kSlices[4][low >> 24] ^ kSlices[3][high & 0xff] ^ kSlices[2][(high >> 8) & 0xff] ^
          kSlices[1][(high >> 16) & 0xff] ^ kSlices[0][high >> 24];
  }
  for (; size > 0; --size, ++from) {
    crc = (crc >> 8) ^ kSlices[0][(crc ^ static_cast<uint32_t>(*from)) & 0xff];
  }
  return crc;
}

uint32_t CopyCrc32cSoftware(std::byte* to, const std::byte* from, size_t size, uint32_t crc) {
  if (size > 0) std::memcpy(to, from, size);
  return Crc32cSoftware(nullptr, from, size, crc);
}

}  // namespace andon
