// CRC32C (Castagnoli, RFC 3720 appendix B.4). Uses the processor's instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace andon {

// The checksum of `bytes`, going on from `seed`. Crc32c(b, Crc32c(a)) == Crc32c(a followed by b);
// any other seed makes a checksum that only who knows the seed can tell right from wrong.
uint32_t Crc32c(Bytes bytes, uint32_t seed = 0);

// memcpy and Crc32c in one pass over the bytes. `to` and `from` must not overlap.
uint32_t CopyCrc32c(std::byte* to, Bytes from, uint32_t seed = 0);

}  // namespace andon
