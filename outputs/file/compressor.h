// Compresses a stream of bytes piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/status.h"

namespace andon::file_output {

enum class Compression : uint8_t { kNone, kGzip, kZstd };

// ".gz", ".zst" or nothing.
std::string_view CompressedSuffix(Compression compression);

class Compressor {
 public:
  virtual ~Compressor() = default;
  // Appends to `out`; the last piece ends the stream.
  virtual Status Add(Bytes piece, bool last, ByteBuffer& out) = 0;
};

std::unique_ptr<Compressor> MakeCompressor(Compression compression);

}  // namespace andon::file_output
