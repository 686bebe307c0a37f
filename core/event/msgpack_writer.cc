#include "core/event/msgpack_writer.h"

#include <bit>

#include "core/base/check.h"
#include "core/event/msgpack_format.h"

namespace andon {
namespace {

void Byte(ByteBuffer& out, uint8_t value) { *out.Extend(1) = std::byte{value}; }

template <class T>
void Number(ByteBuffer& out, uint8_t head, T value) {
  std::byte* const at = out.Extend(1 + sizeof value);
  *at = std::byte{head};
  StoreBigEndian(at + 1, value);
}

// A head with its length in the shortest form; `heads` are those of 8, 16 and 32 bits.
void Length(ByteBuffer& out, size_t length, const uint8_t (&heads)[3]) {
  CHECK(length <= UINT32_MAX);
  if (heads[0] != 0 && length <= UINT8_MAX) {
    Number(out, heads[0], static_cast<uint8_t>(length));
  } else if (length <= UINT16_MAX) {
    Number(out, heads[1], static_cast<uint16_t>(length));
  } else {
    Number(out, heads[2], static_cast<uint32_t>(length));
  }
}

}  // namespace

void MsgpackWriter::Nil() { Byte(out_, msgpack::kNil); }

void MsgpackWriter::Bool(bool value) { Byte(out_, value ? msgpack::kTrue : msgpack::kFalse); }

void MsgpackWriter::Int(int64_t value) {
  if (value >= 0) return Uint(static_cast<uint64_t>(value));
  if (value >= -32) {
    Byte(out_, static_cast<uint8_t>(value));
  } else if (value >= INT8_MIN) {
    Number(out_, msgpack::kInt8, static_cast<uint8_t>(value));
  } else if (value >= INT16_MIN) {
    Number(out_, msgpack::kInt16, static_cast<uint16_t>(value));
  } else if (value >= INT32_MIN) {
    Number(out_, msgpack::kInt32, static_cast<uint32_t>(value));
  } else {
    Number(out_, msgpack::kInt64, static_cast<uint64_t>(value));
  }
}

void MsgpackWriter::Uint(uint64_t value) {
  if (value < msgpack::kFixMap) {
    Byte(out_, static_cast<uint8_t>(value));
  } else if (value <= UINT8_MAX) {
    Number(out_, msgpack::kUint8, static_cast<uint8_t>(value));
  } else if (value <= UINT16_MAX) {
    Number(out_, msgpack::kUint16, static_cast<uint16_t>(value));
  } else if (value <= UINT32_MAX) {
    Number(out_, msgpack::kUint32, static_cast<uint32_t>(value));
  } else {
    Number(out_, msgpack::kUint64, value);
  }
}

void MsgpackWriter::Float(double value) {
  Number(out_, msgpack::kFloat64, std::bit_cast<uint64_t>(value));
}

void MsgpackWriter::String(std::string_view value) {
  if (value.size() < 32) {
    std::byte* const at = out_.Extend(1 + value.size());
    *at = static_cast<std::byte>(msgpack::kFixString | value.size());
    if (!value.empty()) std::memcpy(at + 1, value.data(), value.size());
    return;
  }
  Length(out_, value.size(), {msgpack::kString8, msgpack::kString16, msgpack::kString32});
  out_.Append(value);
}

void MsgpackWriter::Binary(Bytes value) {
  Length(out_, value.size(), {msgpack::kBin8, msgpack::kBin16, msgpack::kBin32});
  out_.Append(value);
}

void MsgpackWriter::ArrayHeader(uint32_t size) {
  if (size < 16) return Byte(out_, static_cast<uint8_t>(msgpack::kFixArray | size));
  Length(out_, size, {0, msgpack::kArray16, msgpack::kArray32});
}

void MsgpackWriter::MapHeader(uint32_t pairs) {
  if (pairs < 16) return Byte(out_, static_cast<uint8_t>(msgpack::kFixMap | pairs));
  Length(out_, pairs, {0, msgpack::kMap16, msgpack::kMap32});
}

void MsgpackWriter::Ext(int8_t type, Bytes data) {
  if (std::has_single_bit(data.size()) && data.size() <= 16) {
    Byte(out_, static_cast<uint8_t>(msgpack::kFixExt1 + std::countr_zero(data.size())));
  } else {
    Length(out_, data.size(), {msgpack::kExt8, msgpack::kExt16, msgpack::kExt32});
  }
  Byte(out_, static_cast<uint8_t>(type));
  out_.Append(data);
}

void MsgpackWriter::Time(EventTime time) {
  std::byte* const at = out_.Extend(10);
  at[0] = std::byte{msgpack::kFixExt8};
  at[1] = std::byte{0};
  StoreBigEndian(at + 2, time.seconds);
  StoreBigEndian(at + 6, time.nanoseconds);
}

}  // namespace andon
