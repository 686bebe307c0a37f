// The walk over foreign msgpack: where does a value end, and is it one? The only code that reads
// bytes which nobody has validated.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace andon {

// Deeper nesting than this is refused (it would make readers recurse without end).
inline constexpr int kMaxMsgpackDepth = 100;

enum class WalkOutcome : uint8_t {
  kOk,
  kMore,     // The bytes end inside a value: valid so far.
  kInvalid,  // No value: 0xc1, too deep, or not what was expected here.
};

struct WalkResult {
  WalkOutcome outcome;
  size_t bytes;  // kOk: length of the value.
};

// One value at the front of `untrusted`.
WalkResult WalkValue(Bytes untrusted);

// How many bytes the value at the front of `validated` has. The bytes hold a whole valid value.
size_t ValueSize(const std::byte* validated);

}  // namespace andon
