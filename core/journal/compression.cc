#include "core/journal/compression.h"

#include <zstd.h>

namespace andon::journal {

namespace {
constexpr int kLevel = 1;
}  // namespace

bool Compress(Bytes plain, ByteBuffer& out) {
  const size_t bound = ZSTD_compressBound(plain.size());
  const size_t size = ZSTD_compress(out.Tail(bound), bound, plain.data(), plain.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size >= plain.size()) return false;
  out.Advance(size);
  return true;
}

bool Decompress(Bytes untrusted, size_t plain_bytes, ByteBuffer& out) {
  // The frame says its size itself: a record cannot make us reserve more than it unpacks to.
  if (ZSTD_getFrameContentSize(untrusted.data(), untrusted.size()) != plain_bytes) return false;
  const size_t size =
      ZSTD_decompress(out.Tail(plain_bytes), plain_bytes, untrusted.data(), untrusted.size());
  if (ZSTD_isError(size) != 0 || size != plain_bytes) return false;
  out.Advance(size);
  return true;
}

}  // namespace andon::journal
