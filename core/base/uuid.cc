#include "core/base/uuid.h"

#include "core/base/bytes.h"

namespace andon {
namespace {

constexpr size_t kTextSize = 36;

bool IsDashAt(size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Uuid MakeUuid(Random& random) {
  Uuid uuid{random.Next(), random.Next()};
  uuid.high = (uuid.high & ~uint64_t{0xf000}) | 0x4000;                // Version 4.
  uuid.low = (uuid.low & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);  // RFC 4122's variant.
  return uuid;
}

std::string ToString(const Uuid& uuid) {
  std::string text(kTextSize, '-');
  size_t nibble = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsDashAt(i)) continue;
    const uint64_t half = nibble < 16 ? uuid.high : uuid.low;
    text[i] = "0123456789abcdef"[(half >> (60 - 4 * (nibble % 16))) & 15];
    ++nibble;
  }
  return text;
}

Result<Uuid> ParseUuid(std::string_view text) {
  const auto refused = [&] {
    return Rejected("uuid \"" + std::string(text.substr(0, 64)) +
                    "\": expected 8-4-4-4-12 hexadecimal digits");
  };
  if (text.size() != kTextSize) return refused();
  Uuid uuid;
  size_t nibble = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (IsDashAt(i)) {
      if (text[i] != '-') return refused();
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0) return refused();
    uint64_t& half = nibble < 16 ? uuid.high : uuid.low;
    half = half << 4 | static_cast<uint64_t>(digit);
    ++nibble;
  }
  return uuid;
}

std::array<std::byte, 16> ToBytes(const Uuid& uuid) {
  std::array<std::byte, 16> bytes;
  StoreBigEndian(bytes.data(), uuid.high);
  StoreBigEndian(bytes.data() + 8, uuid.low);
  return bytes;
}

Uuid UuidFromBytes(const std::byte* sixteen) {
  return {LoadBigEndian<uint64_t>(sixteen), LoadBigEndian<uint64_t>(sixteen + 8)};
}

}  // namespace andon
