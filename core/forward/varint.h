// Numbers of seven bits a byte, the lowest first (LEB128).
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"

namespace andon::forward {

inline void AppendVarint(uint64_t value, ByteBuffer& out) {
  for (; value >= 0x80; value >>= 7) out.Append(static_cast<char>(value | 0x80));
  out.Append(static_cast<char>(value));
}

// Takes one from the front of `*untrusted`. Empty when there is none.
inline std::optional<uint64_t> TakeVarint(Bytes* untrusted) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (untrusted->empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(untrusted->front());
    *untrusted = untrusted->subspan(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace andon::forward
