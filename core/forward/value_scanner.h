// Finds where one msgpack value ends, over bytes that come piece by piece: each byte is looked at
// once, nothing is kept but two numbers, and no nesting is too deep.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/forward/msgpack_header.h"

namespace andon::forward {

class ValueScanner {
 public:
  enum class Outcome : uint8_t { kDone, kMore, kInvalid };
  struct Progress {
    Outcome outcome;
    size_t bytes;  // kDone: of `more`, up to the end of the value. kMore: all of it.
  };
  // `more` follows what earlier calls were given since Reset().
  Progress Feed(Bytes more);
  void Reset() { *this = ValueScanner(); }
  // So many bytes at least are still to come.
  uint64_t missing() const { return skip_ + values_; }

 private:
  // Completes a header that began in an earlier call; returns how many bytes of `more` it took.
  size_t FinishHeader(Bytes more, MsgpackHeader* header);
  MsgpackHeader TakeHeader(Bytes more, size_t* at);

  uint64_t values_ = 1;  // Values whose headers are still to be read.
  uint64_t skip_ = 0;    // Bytes of the current value's payload.
  std::byte partial_[kMaxMsgpackHeaderBytes];
  uint8_t partial_size_ = 0;
};

}  // namespace andon::forward
