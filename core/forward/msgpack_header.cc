#include "core/forward/msgpack_header.h"

namespace andon::forward {
namespace {

using Kind = MsgpackHeader::Kind;

// A header with a big-endian length of `length_bytes` behind its first byte.
MsgpackHeader WithLength(Bytes untrusted, uint8_t length_bytes, Kind kind, uint64_t extra) {
  if (untrusted.size() < size_t{1} + length_bytes) return {};
  uint64_t length = 0;
  for (size_t i = 1; i <= length_bytes; ++i) {
    length = length << 8 | static_cast<uint8_t>(untrusted[i]);
  }
  MsgpackHeader header{kind, static_cast<uint8_t>(1 + length_bytes), 0, 0};
  if (kind == Kind::kArray) {
    header.values = length;
  } else if (kind == Kind::kMap) {
    header.values = 2 * length;
  } else {
    header.payload = length + extra;
  }
  return header;
}

MsgpackHeader Fixed(uint64_t payload) { return {Kind::kScalar, 1, payload, 0}; }

}  // namespace

MsgpackHeader ReadMsgpackHeader(Bytes untrusted) {
  if (untrusted.empty()) return {};
  const auto first = static_cast<uint8_t>(untrusted[0]);
  if (first < 0x80 || first >= 0xe0) return Fixed(0);
  if (first < 0x90) return {Kind::kMap, 1, 0, uint64_t{2} * (first & 0x0fu)};
  if (first < 0xa0) return {Kind::kArray, 1, 0, first & 0x0fu};
  if (first < 0xc0) return {Kind::kText, 1, first & 0x1fu, 0};
  switch (first) {
    case 0xc1:
      return {Kind::kInvalid, 0, 0, 0};
    case 0xc4:
    case 0xd9:
      return WithLength(untrusted, 1, Kind::kText, 0);
    case 0xc5:
    case 0xda:
      return WithLength(untrusted, 2, Kind::kText, 0);
    case 0xc6:
    case 0xdb:
      return WithLength(untrusted, 4, Kind::kText, 0);
    case 0xc7:
      return WithLength(untrusted, 1, Kind::kScalar, 1);
    case 0xc8:
      return WithLength(untrusted, 2, Kind::kScalar, 1);
    case 0xc9:
      return WithLength(untrusted, 4, Kind::kScalar, 1);
    case 0xcc:
    case 0xd0:
      return Fixed(1);
    case 0xcd:
    case 0xd1:
      return Fixed(2);
    case 0xca:
    case 0xce:
    case 0xd2:
      return Fixed(4);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return Fixed(8);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return Fixed(1 + (uint64_t{1} << (first - 0xd4)));
    case 0xdc:
      return WithLength(untrusted, 2, Kind::kArray, 0);
    case 0xdd:
      return WithLength(untrusted, 4, Kind::kArray, 0);
    case 0xde:
      return WithLength(untrusted, 2, Kind::kMap, 0);
    case 0xdf:
      return WithLength(untrusted, 4, Kind::kMap, 0);
    default:
      return Fixed(0);  // nil, false, true
  }
}

}  // namespace andon::forward
