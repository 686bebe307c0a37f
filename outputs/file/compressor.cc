#include "outputs/file/compressor.h"

#include <zlib.h>
#include <zstd.h>

#include <string>

#include "core/base/check.h"

namespace andon::file_output {

namespace {

constexpr size_t kStep = size_t{64} << 10;
constexpr int kGzipWindow = 15 + 16;  // The largest window, and a gzip header.
constexpr int kMemoryLevel = 8;
constexpr int kZstdLevel = 3;

class Gzip final : public Compressor {
 public:
  Gzip() {
    CHECK(deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Gzip() override { deflateEnd(&stream_); }

  Status Add(Bytes piece, bool last, ByteBuffer& out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    int result = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.Tail(kStep));
      stream_.avail_out = kStep;
      result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      if (result == Z_STREAM_ERROR) return Unavailable("gzip: the stream is damaged");
      out.Advance(kStep - stream_.avail_out);
    } while (stream_.avail_out == 0 || (last && result != Z_STREAM_END));
    return OkStatus();
  }

 private:
  z_stream stream_{};
};

class Zstd final : public Compressor {
 public:
  Zstd() : context_(ZSTD_createCCtx()) {
    CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~Zstd() override { ZSTD_freeCCtx(context_); }

  Status Add(Bytes piece, bool last, ByteBuffer& out) override {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    size_t left = 0;
    do {
      ZSTD_outBuffer to{out.Tail(kStep), kStep, 0};
      left = ZSTD_compressStream2(context_, &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) {
        return Unavailable(std::string("zstd: ") + ZSTD_getErrorName(left));
      }
      out.Advance(to.pos);
    } while (last ? left != 0 : in.pos < in.size);
    return OkStatus();
  }

 private:
  ZSTD_CCtx* context_;
};

}  // namespace

std::string_view CompressedSuffix(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "";
    case Compression::kGzip:
      return ".gz";
    case Compression::kZstd:
      return ".zst";
  }
  return "";
}

std::unique_ptr<Compressor> MakeCompressor(Compression compression) {
  if (compression == Compression::kZstd) return std::make_unique<Zstd>();
  CHECK(compression == Compression::kGzip);
  return std::make_unique<Gzip>();
}

}  // namespace andon::file_output
