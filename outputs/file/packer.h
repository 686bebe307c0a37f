// Compresses one closed file in small steps between the writes.
#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"
#include "outputs/file/compressor.h"
#include "outputs/file/file_note.h"

namespace andon::file_output {

// Thread: output. A crash at any moment leaves the original or the whole target, or both; then the
// target is complete, because it gets its name only when it is durable. Destroying it stops; what
// it wrote so far (`<target>.part`) is written anew the next time.
class Packer {
 public:
  Packer(FileSystem& files, Loop& loop, Compression compression, uint32_t permissions);
  ~Packer();

  // `pack` is in a durable note. `done` is called once, from a step of its own; ok: the target is
  // there, the original gone.
  void Start(NotedPack pack, UniqueFunction<void(Status)> done);
  bool busy() const { return static_cast<bool>(done_); }
  const NotedPack& pack() const { return pack_; }
  // Stops without calling `done`; the original stays.
  void Cancel();

  // After a restart: true when this one was compressed already (then the original is removed) or
  // is no longer there, so that nothing is left to do.
  static Result<bool> Settle(FileSystem& files, const NotedPack& pack);

 private:
  void Step();
  Status Begin();
  Result<bool> CompressSome();
  Status Complete();
  void End(Status status);

  FileSystem& files_;
  Loop& loop_;
  const Compression compression_;
  const uint32_t permissions_;
  NotedPack pack_;
  UniqueFunction<void(Status)> done_;
  std::unique_ptr<Compressor> compressor_;
  std::unique_ptr<File> from_;
  std::unique_ptr<File> to_;
  uint64_t read_ = 0;
  uint64_t written_ = 0;
  ByteBuffer in_;
  ByteBuffer out_;
  std::shared_ptr<int> step_;  // A posted step runs only while this is the one it was posted for.
};

}  // namespace andon::file_output
