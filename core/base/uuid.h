// 128 random bits (RFC 4122 version 4) as text and bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/base/status.h"

namespace andon {

struct Uuid {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;
};

Uuid MakeUuid(Random& random);
// 36 characters: 01234567-89ab-4def-8123-456789abcdef
std::string ToString(const Uuid& uuid);
Result<Uuid> ParseUuid(std::string_view text);
// 16 bytes, big-endian.
std::array<std::byte, 16> ToBytes(const Uuid& uuid);
Uuid UuidFromBytes(const std::byte* sixteen);

}  // namespace andon

template <>
struct std::hash<andon::Uuid> {
  size_t operator()(const andon::Uuid& uuid) const noexcept { return uuid.high ^ uuid.low; }
};
