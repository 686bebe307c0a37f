// Reads one file a slice further, after whatever has become of it since.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/plugin/input.h"
#include "inputs/tail/file_watches.h"
#include "inputs/tail/open_files.h"
#include "inputs/tail/tailed_file.h"
#include "inputs/tail/turn.h"

namespace andon::tail {

// Thread: worker.
class FileReader {
 public:
  FileReader(InputContext& context, OpenFiles& open, FileWatches& watches, Turn& turn);

  enum class Next : uint8_t {
    kAgain,   // There is more.
    kWait,    // All that is there now has been read.
    kGone,    // There is no such file where it was.
    kFailed,  // It cannot be read now; the log says why.
  };
  // One read of at most `slice` bytes.
  Next Read(TailedFile& file, size_t slice);
  // Gives the memory of reads back.
  void Release() { buffer_.Release(); }

 private:
  // Ready to read, or why not.
  void LookAtHead(const TailedFile& file, std::string_view head);
  std::optional<Next> OpenAndResume(TailedFile& file);
  Next CannotOpen(TailedFile& file, int error);
  void Resume(TailedFile& file);
  void Rewritten(TailedFile& file);

  InputContext& context_;
  OpenFiles& open_;
  FileWatches& watches_;
  Turn& turn_;
  Counter& overlap_bytes_;
  ByteBuffer buffer_;
};

}  // namespace andon::tail
