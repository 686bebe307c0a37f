#include "core/event/value_walk.h"

#include "core/event/msgpack_format.h"

namespace andon {

using msgpack::Head;
using msgpack::Shape;

WalkOutcome ValueWalk::Continue(Bytes untrusted) {
  const std::byte* const begin = untrusted.data();
  const size_t size = untrusted.size();
  size_t at = offset_;
  uint64_t left = left_;
  const auto stop = [&](WalkOutcome outcome) {
    offset_ = at;
    left_ = left;
    return outcome;
  };
  for (;;) {
    while (left == 0) {
      if (depth_ == 0) return stop(WalkOutcome::kOk);
      left = outer_[static_cast<size_t>(--depth_)];
    }
    if (at >= size) return stop(WalkOutcome::kMore);
    const uint8_t first = msgpack::FirstByte(begin + at);
    if (msgpack::IsFixString(first)) {
      const size_t string = size_t{1} + (first & 31);
      if (string > size - at) return stop(WalkOutcome::kMore);
      at += string;
      --left;
      continue;
    }
    if (msgpack::IsFixInt(first)) {
      ++at;
      --left;
      continue;
    }
    const Head head = msgpack::kHeads[first];
    if (head.shape == Shape::kInvalid) return stop(WalkOutcome::kInvalid);
    const size_t head_size = size_t{1} + head.length_bytes;
    if (head_size > size - at) return stop(WalkOutcome::kMore);
    const uint64_t length =
        uint64_t{msgpack::LoadLength(begin + at + 1, head.length_bytes)} + head.fixed;
    if (head.shape == Shape::kScalar) {
      if (length > size - at - head_size) return stop(WalkOutcome::kMore);
      at += head_size + length;
      --left;
      continue;
    }
    if (depth_ == kMaxMsgpackDepth) return stop(WalkOutcome::kInvalid);
    outer_[static_cast<size_t>(depth_++)] = left - 1;
    left = head.shape == Shape::kMap ? 2 * length : length;
    at += head_size;
  }
}

}  // namespace andon
