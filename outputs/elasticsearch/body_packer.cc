#include "outputs/elasticsearch/body_packer.h"

#include <zlib.h>
#include <zstd.h>

#include <limits>

namespace andon::elasticsearch {
namespace {

constexpr int kGzipWindow = 15 + 16;  // The largest window, with a gzip header.
constexpr int kGzipLevel = 1;
constexpr int kGzipMemory = 9;
constexpr int kZstdLevel = 1;

}  // namespace

struct BodyPacker::State {
  z_stream gzip{};
  bool gzip_ready = false;
  ZSTD_CCtx* zstd = nullptr;
};

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kGzip:
      return "gzip";
    case Encoding::kZstd:
      return "zstd";
    case Encoding::kNone:
      break;
  }
  return "identity";
}

BodyPacker::BodyPacker() : state_(std::make_unique<State>()) {}

BodyPacker::~BodyPacker() {
  if (state_->gzip_ready) deflateEnd(&state_->gzip);
  ZSTD_freeCCtx(state_->zstd);
}

bool BodyPacker::Pack(Encoding encoding, Bytes body, ByteBuffer& out) {
  return encoding == Encoding::kGzip ? PackGzip(body, out) : PackZstd(body, out);
}

bool BodyPacker::PackGzip(Bytes body, ByteBuffer& out) {
  z_stream& stream = state_->gzip;
  if (body.size() > std::numeric_limits<unsigned>::max()) return false;
  if (!state_->gzip_ready) {
    state_->gzip_ready = deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory,
                                      Z_DEFAULT_STRATEGY) == Z_OK;
    if (!state_->gzip_ready) return false;
  }
  deflateReset(&stream);
  const size_t bound = deflateBound(&stream, body.size());
  if (bound > std::numeric_limits<unsigned>::max()) return false;
  // zlib only reads from next_in, whatever its type says.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(body.data()));
  stream.avail_in = static_cast<unsigned>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.Tail(bound));
  stream.avail_out = static_cast<unsigned>(bound);
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return false;
  out.Advance(bound - stream.avail_out);
  return true;
}

bool BodyPacker::PackZstd(Bytes body, ByteBuffer& out) {
  if (state_->zstd == nullptr) state_->zstd = ZSTD_createCCtx();
  if (state_->zstd == nullptr) return false;
  const size_t bound = ZSTD_compressBound(body.size());
  const size_t size =
      ZSTD_compressCCtx(state_->zstd, out.Tail(bound), bound, body.data(), body.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return false;
  out.Advance(size);
  return true;
}

}  // namespace andon::elasticsearch
