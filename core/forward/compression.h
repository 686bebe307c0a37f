// The compressed entries of a CompressedPackedForward message: gzip (also several members, as
// fluentd sends them) and zstd (also several frames).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/status.h"

namespace andon::forward {

enum class Compression : uint8_t { kNone, kGzip, kZstd };

// As in the option "compressed": "text", "gzip", "zstd".
std::string_view CompressionName(Compression compression);

// What these bytes look like: only a hint, the option decides.
Compression GuessCompression(Bytes untrusted);

// Unpacks piece by piece, so that a bomb costs time but no memory. Reused from message to message.
class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  // `packed` is borrowed until the last Next. Not for kNone.
  void Begin(Compression compression, Bytes packed);

  enum class Outcome : uint8_t { kMore, kEnd, kCorrupt };
  // Writes to the front of `to` and says how much; kMore: the room is full, ask again. kEnd: that
  // was all, and its checksums are right. kCorrupt: error() says why.
  Outcome Next(std::span<std::byte> to, size_t* written);
  const char* error() const { return error_; }

 private:
  struct State;
  Outcome Fail(const char* error);
  Outcome NextGzip(std::span<std::byte> to, size_t* written);
  Outcome NextZstd(std::span<std::byte> to, size_t* written);

  std::unique_ptr<State> state_;
  Compression compression_ = Compression::kNone;
  Bytes packed_;         // What is left of it.
  bool between_ = true;  // At the end of a member or frame.
  const char* error_ = "";
};

// Packs the entries of one message. Reused from message to message.
class Packer {
 public:
  // Not for kNone.
  explicit Packer(Compression compression);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // Appends to `out`. kRejected when the library fails, which it does only without memory.
  Status Pack(std::span<const Bytes> pieces, ByteBuffer& out);

 private:
  struct State;
  Status PackGzip(std::span<const Bytes> pieces, ByteBuffer& out);
  Status PackZstd(std::span<const Bytes> pieces, ByteBuffer& out);

  std::unique_ptr<State> state_;
  Compression compression_;
};

}  // namespace andon::forward
