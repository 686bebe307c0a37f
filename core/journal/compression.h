// zstd for payloads. Includes zstd.h alone in this module.
#pragma once

#include "core/base/bytes.h"

namespace andon::journal {

// False when that would not make it smaller.
bool Compress(Bytes plain, ByteBuffer& out);
// False unless `untrusted` is a frame of exactly `plain_bytes`.
bool Decompress(Bytes untrusted, size_t plain_bytes, ByteBuffer& out);

}  // namespace andon::journal
