#include "core/event/msgpack_walk.h"

#include "core/event/msgpack_format.h"
#include "core/event/value_walk.h"

namespace andon {
namespace {

// The length of a scalar, or of a container's head; then `left` grows by the values inside.
inline size_t OtherSize(const std::byte* at, uint64_t& left) {
  const msgpack::Head& head = msgpack::kHeads[msgpack::FirstByte(at)];
  const size_t head_bytes = size_t{1} + head.length_bytes;
  const uint64_t length = uint64_t{msgpack::LoadLength(at + 1, head.length_bytes)} + head.fixed;
  if (head.shape == msgpack::Shape::kScalar) return head_bytes + static_cast<size_t>(length);
  left += head.shape == msgpack::Shape::kMap ? 2 * length : length;
  return head_bytes;
}

}  // namespace

WalkResult WalkValue(Bytes untrusted) {
  ValueWalk walk;
  const WalkOutcome outcome = walk.Continue(untrusted);
  return {outcome, walk.offset()};
}

size_t ValueSize(const std::byte* validated) {
  const std::byte* at = validated;
  for (uint64_t left = 1; left > 0; --left) {
    const uint8_t first = msgpack::FirstByte(at);
    if (msgpack::IsFixString(first)) {
      at += 1 + (first & 31);
    } else if (msgpack::IsFixInt(first)) {
      ++at;
    } else if (msgpack::IsSizedNumber(first)) {
      at += 1 + (1 << (first & 3));
    } else {
      at += OtherSize(at, left);
    }
  }
  return static_cast<size_t>(at - validated);
}

}  // namespace andon
