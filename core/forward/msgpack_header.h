// The first bytes of a msgpack value: what it is, and how much belongs to it
// (https://github.com/msgpack/msgpack/blob/master/spec.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace andon::forward {

struct MsgpackHeader {
  enum class Kind : uint8_t {
    kScalar,  // nil, booleans, numbers, ext: `bytes` and `payload` are all of it.
    kText,    // str or bin.
    kArray,
    kMap,
    kMore,     // The bytes end inside the header.
    kInvalid,  // 0xc1
  };
  Kind kind = Kind::kMore;
  uint8_t bytes = 0;     // Of the header itself.
  uint64_t payload = 0;  // Bytes behind it that are no values of their own.
  uint64_t values = 0;   // Values behind it: elements, or keys and values.
};

// The longest header, of an array, map, str, bin or ext of 32 bits.
inline constexpr size_t kMaxMsgpackHeaderBytes = 5;

MsgpackHeader ReadMsgpackHeader(Bytes untrusted);

}  // namespace andon::forward
