#include "test/bench/loadgen/forward_frame.h"

#include <cerrno>

#include "test/bench/loadgen/sockets.h"

namespace andon::loadgen {
namespace {

// A value's head: what it holds, and how many bytes or values follow.
struct Head {
  enum class Kind : uint8_t { kShort, kPlain, kArray, kMap };  // kShort: bytes are missing.
  Kind kind = Kind::kShort;
  size_t head_bytes = 0;
  uint64_t body = 0;   // Plain: bytes. Array, map: values.
  uint64_t value = 0;  // Of an unsigned integer.
};

uint64_t BigEndian(std::string_view bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// The types from 0xc0 to 0xdf: bytes of the length or value after the type, and extra ones.
struct Shape {
  Head::Kind kind;
  uint8_t width;  // Of a length, or of the value itself.
  bool counted;   // The width holds a length.
  uint8_t extra;  // Bytes that follow besides.
};
constexpr Head::Kind kP = Head::Kind::kPlain;
constexpr Shape kShapes[32] = {{kP, 0, false, 0},
                               {kP, 0, false, 0},
                               {kP, 0, false, 0},
                               {kP, 0, false, 0},
                               {kP, 1, true, 0},
                               {kP, 2, true, 0},
                               {kP, 4, true, 0},
                               {kP, 1, true, 1},
                               {kP, 2, true, 1},
                               {kP, 4, true, 1},
                               {kP, 4, false, 0},
                               {kP, 8, false, 0},
                               {kP, 1, false, 0},
                               {kP, 2, false, 0},
                               {kP, 4, false, 0},
                               {kP, 8, false, 0},
                               {kP, 1, false, 0},
                               {kP, 2, false, 0},
                               {kP, 4, false, 0},
                               {kP, 8, false, 0},
                               {kP, 2, false, 0},
                               {kP, 3, false, 0},
                               {kP, 5, false, 0},
                               {kP, 9, false, 0},
                               {kP, 17, false, 0},
                               {kP, 1, true, 0},
                               {kP, 2, true, 0},
                               {kP, 4, true, 0},
                               {Head::Kind::kArray, 2, true, 0},
                               {Head::Kind::kArray, 4, true, 0},
                               {Head::Kind::kMap, 2, true, 0},
                               {Head::Kind::kMap, 4, true, 0}};

Head ReadHead(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto type = static_cast<uint8_t>(bytes[0]);
  if (type < 0x80 || type >= 0xe0) return {kP, 1, 0, type};
  if (type < 0x90) return {Head::Kind::kMap, 1, 2 * uint64_t{type & 0x0fU}, 0};
  if (type < 0xa0) return {Head::Kind::kArray, 1, type & 0x0fU, 0};
  if (type < 0xc0) return {kP, 1, type & 0x1fU, 0};
  const Shape shape = kShapes[type - 0xc0];
  if (!shape.counted) {
    const size_t whole = 1 + size_t{shape.width};
    if (bytes.size() < whole) return {};
    const bool is_unsigned = type >= 0xcc && type <= 0xcf;
    return {kP, whole, 0, is_unsigned ? BigEndian(bytes, 1, shape.width) : 0};
  }
  if (bytes.size() < 1 + size_t{shape.width}) return {};
  const uint64_t length = BigEndian(bytes, 1, shape.width);
  const uint64_t body = shape.kind == Head::Kind::kMap ? 2 * length : length + shape.extra;
  return {shape.kind, 1 + size_t{shape.width}, body, 0};
}

// Bytes of the value at the front; 0 when it is not whole.
size_t ValueBytes(std::string_view bytes) {
  size_t at = 0;
  for (uint64_t left = 1; left > 0; --left) {
    const Head head = ReadHead(bytes.substr(at));
    if (head.kind == Head::Kind::kShort) return 0;
    at += head.head_bytes;
    if (head.kind == kP) {
      if (bytes.size() - at < head.body) return 0;
      at += head.body;
    } else {
      left += head.body;
    }
  }
  return at;
}

// Whether the second part of a message holds entries: an array, or bytes. Else it is a time.
bool HoldsEntries(std::string_view part) {
  const auto type = static_cast<uint8_t>(part[0]);
  return (type >= 0x90 && type < 0xc0) || (type >= 0xc4 && type <= 0xc6) ||
         (type >= 0xd9 && type <= 0xdd);
}

void ReadOption(std::string_view option, ForwardFrame* frame) {
  const Head map = ReadHead(option);
  if (map.kind != Head::Kind::kMap) return;
  size_t at = map.head_bytes;
  for (uint64_t pair = 0; pair < map.body / 2; ++pair) {
    const size_t key_bytes = ValueBytes(option.substr(at));
    const std::string_view key = option.substr(at, key_bytes);
    const std::string_view value = option.substr(at + key_bytes);
    const size_t value_bytes = ValueBytes(value);
    if (key.ends_with("chunk")) frame->chunk = value.substr(0, value_bytes);
    if (key.ends_with("size")) frame->events = ReadHead(value).value;
    at += key_bytes + value_bytes;
  }
}

}  // namespace

ForwardFrame ReadForwardFrame(std::string_view bytes) {
  const Head message = ReadHead(bytes);
  if (message.kind == Head::Kind::kShort) return {};
  if (message.kind != Head::Kind::kArray || message.body < 2) {
    errno = EPROTO;
    Die("a message that is no array of the forward protocol");
  }
  ForwardFrame frame;
  frame.events = 1;
  size_t at = message.head_bytes;
  uint64_t option_at = 3;
  for (uint64_t part = 0; part < message.body; ++part) {
    const std::string_view rest = bytes.substr(at);
    const size_t part_bytes = ValueBytes(rest);
    if (part_bytes == 0) return {};
    if (part == 1 && HoldsEntries(rest)) {
      const Head entries = ReadHead(rest);
      if (entries.kind == Head::Kind::kArray) frame.events = entries.body;
      option_at = 2;
    }
    if (part == option_at) ReadOption(rest.substr(0, part_bytes), &frame);
    at += part_bytes;
  }
  frame.bytes = at;
  return frame;
}

}  // namespace andon::loadgen
