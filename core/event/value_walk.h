// A walk over one foreign msgpack value that can stop where the bytes end and go on later.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/event/msgpack_walk.h"

namespace andon {

class ValueWalk {
 public:
  // Starts over.
  void Begin() {
    depth_ = 0;
    left_ = 1;
    offset_ = 0;
  }
  // `untrusted` begins with the same bytes as in the calls before, since Begin, and may have more.
  WalkOutcome Continue(Bytes untrusted);
  // Up to here it is valid; after kOk the value's length.
  size_t offset() const { return offset_; }
  bool too_deep() const { return depth_ == kMaxMsgpackDepth; }

 private:
  size_t offset_ = 0;
  uint64_t left_ = 1;  // Values to come in the innermost open container.
  int depth_ = 0;      // Open containers.
  // What is left in the others. Not cleared: only what lies below depth_ counts.
  std::array<uint64_t, kMaxMsgpackDepth> outer_;
};

}  // namespace andon
