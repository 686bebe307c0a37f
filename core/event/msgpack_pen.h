// Writes msgpack, in its shortest forms, to memory that was made before: for those who write much
// that is alike and know how long it can get. Nothing is checked here, and where the next byte goes
// stays in a register.
//
//   MsgpackPen pen(record.BeginFields(PackedKey::kBytes + MsgpackPen::RoomFor(host)));
//   pen.Put(kHost);
//   pen.String(host);
//   record.EndFields(1, pen.at());
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/short_copy.h"
#include "core/event/msgpack_format.h"

namespace andon {

// Strings that are known when the program is made, packed one behind the other: kBytes are copied,
// whatever is needed of them.
template <size_t kMost>
class PackedLiteral {
 public:
  static constexpr size_t kBytes = kMost;

  template <class... Text>
  constexpr explicit PackedLiteral(Text... texts) {
    (Add(texts), ...);
  }
  constexpr size_t size() const { return size_; }
  const char* data() const { return bytes_.data(); }

 private:
  constexpr void Add(std::string_view text) {
    bytes_[size_++] = static_cast<char>(msgpack::kFixString | text.size());
    for (const char c : text) bytes_[size_++] = c;
  }

  std::array<char, kMost> bytes_{};
  uint8_t size_ = 0;
};
using PackedKey = PackedLiteral<16>;

class MsgpackPen {
 public:
  static constexpr size_t kHeadRoom = 5;  // Of a map, an array or a string.
  static constexpr size_t RoomFor(std::string_view text) { return kHeadRoom + text.size(); }

  explicit MsgpackPen(std::byte* at) : at_(at) {}
  std::byte* at() const { return at_; }

  // Takes room for all of its kBytes.
  template <size_t kMost>
  void Put(const PackedLiteral<kMost>& literal) {
    std::memcpy(at_, literal.data(), kMost);
    at_ += literal.size();
  }

  void String(std::string_view text) {
    if (text.size() < 32) {
      *at_++ = static_cast<std::byte>(msgpack::kFixString | text.size());
    } else if (text.size() <= UINT8_MAX) {
      Number(msgpack::kString8, static_cast<uint8_t>(text.size()));
    } else if (text.size() <= UINT16_MAX) {
      Number(msgpack::kString16, static_cast<uint16_t>(text.size()));
    } else {
      Number(msgpack::kString32, static_cast<uint32_t>(text.size()));
    }
    at_ = CopyShort(at_, text);
  }
  void MapHeader(uint32_t pairs) {
    Header(pairs, msgpack::kFixMap, msgpack::kMap16, msgpack::kMap32);
  }
  void ArrayHeader(uint32_t size) {
    Header(size, msgpack::kFixArray, msgpack::kArray16, msgpack::kArray32);
  }

 private:
  template <class T>
  void Number(uint8_t head, T value) {
    *at_ = std::byte{head};
    StoreBigEndian(at_ + 1, value);
    at_ += 1 + sizeof value;
  }
  void Header(uint32_t count, uint8_t fix, uint8_t head16, uint8_t head32) {
    if (count < 16) {
      *at_++ = static_cast<std::byte>(fix | count);
    } else if (count <= UINT16_MAX) {
      Number(head16, static_cast<uint16_t>(count));
    } else {
      Number(head32, count);
    }
  }

  std::byte* at_;
};

}  // namespace andon
