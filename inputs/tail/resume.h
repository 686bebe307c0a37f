// Where to go on in a file that was read before.
#pragma once

#include <cstdint>

#include "inputs/tail/open_file.h"
#include "inputs/tail/position.h"

namespace andon::tail {

struct ResumePoint {
  enum class How : uint8_t {
    kExact,    // Everything before the position is as it was.
    kOverlap,  // The file lost its end: from the last checkpoint that is still right.
    kNew,      // Another file, or its contents are others: from its head.
  };
  How how = How::kNew;
  uint64_t offset = 0;
  uint64_t overlap = 0;  // Bytes before the position that are read, and may be sent, again.
};

ResumePoint FindResume(const OpenFile& file, const FileInfo& info, const TailPosition& position);

}  // namespace andon::tail
