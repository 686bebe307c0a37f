#include "core/event/value_walk.h"

#include "core/event/msgpack_format.h"

namespace andon {

using msgpack::Head;
using msgpack::Shape;

namespace {

// Values inside a fixmap or a fixarray.
inline uint64_t FixCount(uint8_t first) {
  return first < msgpack::kFixArray ? 2 * (first & 15u) : first & 15u;
}

// Past the common scalars at `at`, at most `left` of them; counts them off.
inline const std::byte* SkipScalars(const std::byte* at, const std::byte* end, uint64_t& left) {
  while (left > 0 && at != end) {
    const size_t scalar = msgpack::CommonScalarSize(at, end);
    if (scalar == 0 || scalar > static_cast<size_t>(end - at)) break;
    at += scalar;
    --left;
  }
  return at;
}

}  // namespace

WalkOutcome ValueWalk::Continue(Bytes untrusted) {
  const std::byte* at = untrusted.data() + offset_;
  const std::byte* const end = untrusted.data() + untrusted.size();
  uint64_t left = left_;
  WalkOutcome outcome = WalkOutcome::kOk;
  for (;;) {
    at = SkipScalars(at, end, left);
    if (left == 0) {
      if (depth_ == 0) break;
      left = outer_[static_cast<size_t>(--depth_)];
      continue;
    }
    if (at != end && msgpack::IsFixContainer(msgpack::FirstByte(at)) &&
        Open(FixCount(msgpack::FirstByte(at)), left)) {
      ++at;
      continue;
    }
    const WalkResult other = WalkOther({at, end}, left);
    outcome = other.outcome;
    if (outcome != WalkOutcome::kOk) break;
    at += other.bytes;
  }
  offset_ = static_cast<size_t>(at - untrusted.data());
  left_ = left;
  return outcome;
}

// Any value at the front of `rest`: past a scalar, into a container.
WalkResult ValueWalk::WalkOther(Bytes rest, uint64_t& left) {
  if (rest.empty()) return {WalkOutcome::kMore, 0};
  const Head& head = msgpack::kHeads[msgpack::FirstByte(rest.data())];
  const size_t head_bytes = size_t{1} + head.length_bytes;
  if (head.shape == Shape::kInvalid) return {WalkOutcome::kInvalid, 0};
  if (head_bytes > rest.size()) return {WalkOutcome::kMore, 0};
  const uint64_t length =
      uint64_t{msgpack::LoadLength(rest.data() + 1, head.length_bytes)} + head.fixed;
  if (head.shape == Shape::kScalar) {
    if (length > rest.size() - head_bytes) return {WalkOutcome::kMore, 0};
    --left;
    return {WalkOutcome::kOk, head_bytes + static_cast<size_t>(length)};
  }
  if (!Open(head.shape == Shape::kMap ? 2 * length : length, left)) {
    return {WalkOutcome::kInvalid, 0};
  }
  return {WalkOutcome::kOk, head_bytes};
}

}  // namespace andon
