// Much at once goes into a file past the page cache: to copy it there, only to have it written out
// and dropped, is most of what writing a file costs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/time.h"

namespace andon::file_output {

// Of one file that is appended to. Thread: output.
//
// The page at the file's end is always written through the cache, and so is what fills it up later:
// readers have it there. Pages behind the end are in no cache. Who follows the file closely reads
// what was written a moment ago; where that is seen, it is written through the cache for a while,
// so that they need no disk for it.
class LargeWrites {
 public:
  // How many bytes in front of what is staged in `memory`, which is empty, bring the pages of a
  // file of this length to the pages of memory. 0: there is not room for much.
  static size_t Lead(const ByteBuffer& memory, uint64_t length);

  // As File::WriteAt: it is in the file, in part perhaps when it fails, and not durable yet.
  Status Write(File& file, uint64_t offset, Bytes bytes, MonotonicTime now);

 private:
  bool IsFollowed(File& file, MonotonicTime now);

  // What went past the cache the last time; no bytes: it is not worth looking there.
  uint64_t last_offset_ = 0;
  size_t last_bytes_ = 0;
  MonotonicTime followed_until_{};
};

}  // namespace andon::file_output
