#include "core/event/msgpack_walk.h"

#include "core/event/msgpack_format.h"
#include "core/event/value_walk.h"

namespace andon {

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
      const msgpack::Head& head = msgpack::kHeads[first];
      const uint64_t length = uint64_t{msgpack::LoadLength(at + 1, head.length_bytes)} + head.fixed;
      const bool scalar = head.shape == msgpack::Shape::kScalar;
      at += 1 + head.length_bytes + (scalar ? length : 0);
      if (!scalar) left += head.shape == msgpack::Shape::kMap ? 2 * length : length;
    }
  }
  return static_cast<size_t>(at - validated);
}

}  // namespace andon
