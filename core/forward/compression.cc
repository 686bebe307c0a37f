#include "core/forward/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "core/base/check.h"

namespace andon::forward {
namespace {

constexpr int kGzipWindow = 15 + 16;  // The largest window, with a gzip header.
constexpr int kZstdWindowLog = 23;    // 8 MiB: what level 19 needs; more is refused.
constexpr int kZstdLevel = 3;
constexpr size_t kPackStep = size_t{64} << 10;

z_stream FreshZlibStream() {
  z_stream stream;
  std::memset(&stream, 0, sizeof stream);
  return stream;
}

// zlib counts in unsigned int.
unsigned ZlibSize(size_t size) {
  return static_cast<unsigned>(std::min<size_t>(size, std::numeric_limits<unsigned>::max()));
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "text";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
  }
  return "";
}

Compression GuessCompression(Bytes untrusted) {
  const std::string_view text = AsText(untrusted);
  if (text.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (text.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  return Compression::kNone;
}

// What a decompressor needs is made when it is used first; false: no memory.
struct Unpacker::State {
  bool StartGzip() {
    gzip_ready = gzip_ready || inflateInit2(&gzip, kGzipWindow) == Z_OK;
    return gzip_ready;
  }
  bool StartZstd() {
    if (zstd != nullptr) return true;
    zstd = ZSTD_createDCtx();
    if (zstd == nullptr) return false;
    ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, kZstdWindowLog);
    return true;
  }

  z_stream gzip = FreshZlibStream();
  bool gzip_ready = false;
  ZSTD_DCtx* zstd = nullptr;
};

Unpacker::Unpacker() : state_(std::make_unique<State>()) {}

Unpacker::~Unpacker() {
  if (state_->gzip_ready) inflateEnd(&state_->gzip);
  ZSTD_freeDCtx(state_->zstd);
}

void Unpacker::Begin(Compression compression, Bytes packed) {
  CHECK(compression != Compression::kNone);
  compression_ = compression;
  packed_ = packed;
  between_ = true;
  error_ = "";
}

Unpacker::Outcome Unpacker::Fail(const char* error) {
  error_ = error;
  return Outcome::kCorrupt;
}

Unpacker::Outcome Unpacker::Next(std::span<std::byte> to, size_t* written) {
  *written = 0;
  return compression_ == Compression::kGzip ? NextGzip(to, written) : NextZstd(to, written);
}

Unpacker::Outcome Unpacker::NextGzip(std::span<std::byte> to, size_t* written) {
  if (!state_->StartGzip()) return Fail("gzip: no memory");
  z_stream& stream = state_->gzip;
  while (*written < to.size()) {
    if (between_) {
      if (packed_.empty()) return Outcome::kEnd;
      inflateReset(&stream);
      between_ = false;
    }
    const unsigned room = ZlibSize(to.size() - *written);
    const unsigned input = ZlibSize(packed_.size());
    // zlib only reads from next_in, whatever its type says.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data()));
    stream.avail_in = input;
    stream.next_out = reinterpret_cast<Bytef*>(to.data() + *written);
    stream.avail_out = room;
    const int code = inflate(&stream, Z_NO_FLUSH);
    packed_ = packed_.subspan(input - stream.avail_in);
    *written += room - stream.avail_out;
    if (code == Z_STREAM_END) {
      between_ = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return Fail("gzip: the bytes are damaged or not gzip");
    } else if (packed_.empty() && stream.avail_out > 0) {
      return Fail("gzip: the bytes end early");
    }
  }
  return between_ && packed_.empty() ? Outcome::kEnd : Outcome::kMore;
}

Unpacker::Outcome Unpacker::NextZstd(std::span<std::byte> to, size_t* written) {
  if (!state_->StartZstd()) return Fail("zstd: no memory");
  while (*written < to.size()) {
    if (between_) {
      if (packed_.empty()) return Outcome::kEnd;
      ZSTD_DCtx_reset(state_->zstd, ZSTD_reset_session_only);
      between_ = false;
    }
    ZSTD_inBuffer input{packed_.data(), packed_.size(), 0};
    ZSTD_outBuffer output{to.data(), to.size(), *written};
    const size_t left = ZSTD_decompressStream(state_->zstd, &output, &input);
    packed_ = packed_.subspan(input.pos);
    *written = output.pos;
    if (ZSTD_isError(left) != 0) return Fail("zstd: the bytes are damaged or not zstd");
    if (left == 0) {
      between_ = true;
    } else if (packed_.empty() && output.pos < output.size) {
      return Fail("zstd: the bytes end early");
    }
  }
  return between_ && packed_.empty() ? Outcome::kEnd : Outcome::kMore;
}

// What a compressor needs is made when it is used first; false: no memory.
struct Packer::State {
  bool StartGzip() {
    constexpr int kMemoryLevel = 8;
    gzip_ready = gzip_ready || deflateInit2(&gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow,
                                            kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
    return gzip_ready;
  }
  bool StartZstd() {
    if (zstd != nullptr) return true;
    zstd = ZSTD_createCCtx();
    if (zstd == nullptr) return false;
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    return true;
  }

  z_stream gzip = FreshZlibStream();
  bool gzip_ready = false;
  ZSTD_CCtx* zstd = nullptr;
};

Packer::Packer(Compression compression)
    : state_(std::make_unique<State>()), compression_(compression) {
  CHECK(compression != Compression::kNone);
}

Packer::~Packer() {
  if (state_->gzip_ready) deflateEnd(&state_->gzip);
  ZSTD_freeCCtx(state_->zstd);
}

Status Packer::Pack(std::span<const Bytes> pieces, ByteBuffer& out) {
  return compression_ == Compression::kGzip ? PackGzip(pieces, out) : PackZstd(pieces, out);
}

Status Packer::PackGzip(std::span<const Bytes> pieces, ByteBuffer& out) {
  if (!state_->StartGzip()) return Rejected("gzip: no memory");
  z_stream& stream = state_->gzip;
  deflateReset(&stream);
  int code = Z_OK;
  for (size_t i = 0; i <= pieces.size(); ++i) {
    const bool last = i == pieces.size();
    Bytes piece = last ? Bytes() : pieces[i];
    do {
      const unsigned input = ZlibSize(piece.size());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
      stream.avail_in = input;
      stream.next_out = reinterpret_cast<Bytef*>(out.Tail(kPackStep));
      stream.avail_out = kPackStep;
      code = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      out.Advance(kPackStep - stream.avail_out);
      piece = piece.subspan(input - stream.avail_in);
    } while (stream.avail_out == 0 || !piece.empty());
  }
  return code == Z_STREAM_END ? OkStatus() : Rejected("gzip: packing failed");
}

Status Packer::PackZstd(std::span<const Bytes> pieces, ByteBuffer& out) {
  if (!state_->StartZstd()) return Rejected("zstd: no memory");
  ZSTD_CCtx_reset(state_->zstd, ZSTD_reset_session_only);
  for (size_t i = 0; i <= pieces.size(); ++i) {
    const bool last = i == pieces.size();
    const Bytes piece = last ? Bytes() : pieces[i];
    ZSTD_inBuffer input{piece.data(), piece.size(), 0};
    size_t left = 0;
    do {
      ZSTD_outBuffer output{out.Tail(kPackStep), kPackStep, 0};
      left =
          ZSTD_compressStream2(state_->zstd, &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) return Rejected("zstd: packing failed");
      out.Advance(output.pos);
    } while (last ? left != 0 : input.pos < input.size);
  }
  return OkStatus();
}

}  // namespace andon::forward
