#include "core/event/container_head.h"

#include <cstring>

#include "core/event/msgpack_format.h"

namespace andon {

size_t BeginContainer(ByteBuffer& out) {
  out.Extend(1);
  return out.size() - 1;
}

void EndContainer(ByteBuffer& out, size_t head, bool map, uint32_t count) {
  if (count < 16) {
    const uint8_t fix = map ? msgpack::kFixMap : msgpack::kFixArray;
    out.data()[head] = static_cast<std::byte>(fix | count);
    return;
  }
  const bool wide = count > UINT16_MAX;
  const size_t more = wide ? 4 : 2;
  const size_t elements = out.size() - head - 1;
  out.Extend(more);
  std::byte* const at = out.data() + head;
  std::memmove(at + 1 + more, at + 1, elements);
  if (wide) {
    *at = std::byte{map ? msgpack::kMap32 : msgpack::kArray32};
    StoreBigEndian(at + 1, count);
  } else {
    *at = std::byte{map ? msgpack::kMap16 : msgpack::kArray16};
    StoreBigEndian(at + 1, static_cast<uint16_t>(count));
  }
}

}  // namespace andon
