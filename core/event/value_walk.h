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
  // `untrusted` begins with the same bytes as in the calls before and may have more.
  WalkOutcome Continue(Bytes untrusted);
  // Up to here it is valid; after kOk the value's length.
  size_t offset() const { return offset_; }
  // Why the outcome was kInvalid.
  bool too_deep() const { return too_deep_; }

 private:
  WalkResult WalkOther(Bytes rest, uint64_t& left);
  // Goes into a container of `count` values; false when that is too deep.
  bool Open(uint64_t count, uint64_t& left) {
    too_deep_ = depth_ == kMaxMsgpackDepth;
    if (too_deep_) return false;
    outer_[static_cast<size_t>(depth_++)] = left - 1;
    left = count;
    return true;
  }

  size_t offset_ = 0;
  uint64_t left_ = 1;  // Values to come in the innermost open container.
  int depth_ = 0;      // Open containers.
  bool too_deep_ = false;
  // What is left in the others. Not cleared: only what lies below depth_ counts.
  std::array<uint64_t, kMaxMsgpackDepth> outer_;
};

}  // namespace andon
