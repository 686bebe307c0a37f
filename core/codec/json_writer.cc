#include "core/codec/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>

#include "core/codec/json_string.h"
#include "core/codec/time_format.h"
#include "core/event/msgpack_format.h"

namespace andon {
namespace {

// Room for any number, its commas and what an AppendNumber writes behind it.
constexpr size_t kNumberBytes = 40;

template <class T>
void AppendNumber(T value, ByteBuffer& out) {
  char* const at = reinterpret_cast<char*>(out.Tail(kNumberBytes));
  out.Advance(static_cast<size_t>(std::to_chars(at, at + kNumberBytes, value).ptr - at));
}

template <class T>
void AppendFloat(T value, ByteBuffer& out) {
  if (!std::isfinite(value)) return out.Append(std::string_view("null"));
  const size_t begin = out.size();
  AppendNumber(value, out);
  const std::string_view text = out.text().substr(begin);
  if (text.find_first_of(".e") == std::string_view::npos) out.Append(std::string_view(".0"));
}

void AppendExt(ValueView value, ByteBuffer& out) {
  if (const auto time = value.AsEventTime(); time.has_value()) {
    ZoneClock utc{TimeZone()};
    out.Append('"');
    TimeFormat().Write(*time, utc, out);
    return out.Append('"');
  }
  const ValueView::Ext ext = *value.AsExt();
  std::string text = fmt::format("\"ext({}):", ext.type);
  for (const std::byte b : ext.data) text += fmt::format("{:02x}", static_cast<uint8_t>(b));
  out.Append(text);
  out.Append('"');
}

// Walks validated bytes. Each method writes one value and returns where it ends. Recursion is
// bounded: validation refuses what is nested deeper than kMaxMsgpackDepth.
class Walker {
 public:
  explicit Walker(ByteBuffer& out, MemberCache* keys = nullptr) : out_(out), keys_(keys) {}

  const std::byte* Value(const std::byte* at) {
    const uint8_t first = msgpack::FirstByte(at);
    if (msgpack::IsFixString(first)) return String(at + 1, first & 31);
    if (msgpack::IsFixInt(first)) {
      AppendNumber(static_cast<int>(static_cast<int8_t>(first)), out_);
      return at + 1;
    }
    const msgpack::Head head = msgpack::kHeads[first];
    const uint32_t length = msgpack::LoadLength(at + 1, head.length_bytes);
    const std::byte* const behind = at + 1 + head.length_bytes;
    if (head.shape == msgpack::Shape::kMap) {
      return Map(behind, head.length_bytes == 0 ? head.fixed : length);
    }
    if (head.shape == msgpack::Shape::kArray) {
      return Array(behind, head.length_bytes == 0 ? head.fixed : length);
    }
    if ((first >= msgpack::kString8 && first <= msgpack::kString32) ||
        (first >= msgpack::kBin8 && first <= msgpack::kBin32)) {
      return String(behind, length);
    }
    const std::byte* const end = behind + head.fixed + length;
    Scalar(first, at, end);
    return end;
  }

  const std::byte* Field(const std::byte* at) {
    const uint8_t first = msgpack::FirstByte(at);
    const std::byte* const value =
        msgpack::IsFixString(first) ? String(at + 1, first & 31) : Key(at);
    out_.Append(':');
    return Value(value);
  }

 private:
  const std::byte* String(const std::byte* at, size_t length) {
    AppendJsonString(AsText({at, length}), out_);
    return at + length;
  }

  const std::byte* Map(const std::byte* at, uint32_t pairs) {
    out_.Append('{');
    for (uint32_t i = 0; i < pairs; ++i) {
      if (keys_ != nullptr && msgpack::IsFixString(msgpack::FirstByte(at))) {
        at = Value(KnownKey(at, i == 0));
        continue;
      }
      if (i > 0) out_.Append(',');
      at = Field(at);
    }
    out_.Append('}');
    return at;
  }

  // A short key with its comma and its colon, by its number among all keys.
  const std::byte* KnownKey(const std::byte* at, bool first) {
    const std::string_view key = AsText({at + 1, msgpack::FirstByte(at) & size_t{31}});
    MemberCache::Slot& slot = keys_->At(key_number_++, key.size());
    if (MemberCache::Holds(slot, key)) {
      MemberCache::Append(slot, first, out_);
    } else {
      if (!first) out_.Append(',');
      const size_t begin = out_.size();
      AppendJsonString(key, out_);
      out_.Append(':');
      MemberCache::Keep(slot, key, out_.text().substr(begin), false);
    }
    return at + 1 + key.size();
  }

  const std::byte* Array(const std::byte* at, uint32_t elements) {
    out_.Append('[');
    for (uint32_t i = 0; i < elements; ++i) {
      if (i > 0) out_.Append(',');
      at = Value(at);
    }
    out_.Append(']');
    return at;
  }

  // A key of any type: what is no string becomes one.
  const std::byte* Key(const std::byte* at) {
    const size_t begin = out_.size();
    const std::byte* const end = Value(at);
    if (out_.data()[begin] == std::byte{'"'}) return end;
    const std::string text(out_.text().substr(begin));
    out_.Truncate(begin);
    AppendJsonString(text, out_);
    return end;
  }

  // Numbers, booleans, null, ext.
  void Scalar(uint8_t first, const std::byte* at, const std::byte* end) {
    const std::byte* const data = at + 1;
    switch (first) {
      case msgpack::kNil:
        return out_.Append(std::string_view("null"));
      case msgpack::kFalse:
        return out_.Append(std::string_view("false"));
      case msgpack::kTrue:
        return out_.Append(std::string_view("true"));
      case msgpack::kFloat32:
        return AppendFloat(std::bit_cast<float>(LoadBigEndian<uint32_t>(data)), out_);
      case msgpack::kFloat64:
        return AppendFloat(std::bit_cast<double>(LoadBigEndian<uint64_t>(data)), out_);
      case msgpack::kUint8:
        return AppendNumber(static_cast<uint32_t>(LoadBigEndian<uint8_t>(data)), out_);
      case msgpack::kUint16:
        return AppendNumber(static_cast<uint32_t>(LoadBigEndian<uint16_t>(data)), out_);
      case msgpack::kUint32:
        return AppendNumber(LoadBigEndian<uint32_t>(data), out_);
      case msgpack::kUint64:
        return AppendNumber(LoadBigEndian<uint64_t>(data), out_);
      case msgpack::kInt8:
        return AppendNumber(static_cast<int32_t>(static_cast<int8_t>(*data)), out_);
      case msgpack::kInt16:
        return AppendNumber(
            static_cast<int32_t>(static_cast<int16_t>(LoadBigEndian<uint16_t>(data))), out_);
      case msgpack::kInt32:
        return AppendNumber(static_cast<int32_t>(LoadBigEndian<uint32_t>(data)), out_);
      case msgpack::kInt64:
        return AppendNumber(static_cast<int64_t>(LoadBigEndian<uint64_t>(data)), out_);
      default:
        return AppendExt(ValueView({at, end}), out_);
    }
  }

  ByteBuffer& out_;
  MemberCache* const keys_;
  uint32_t key_number_ = 0;
};

}  // namespace

void AppendJson(ValueView value, ByteBuffer& out) {
  if (value.bytes().empty()) return out.Append(std::string_view("null"));
  Walker(out).Value(value.bytes().data());
}

const std::byte* AppendJsonValue(const std::byte* at, ByteBuffer& out) {
  return Walker(out).Value(at);
}

const std::byte* AppendJsonField(const std::byte* at, ByteBuffer& out) {
  return Walker(out).Field(at);
}

const std::byte* JsonRecordWriter::Append(const std::byte* at, ByteBuffer& out) {
  return Walker(out, &keys_).Value(at);
}

bool AppendJsonFields(const RecordView& record, std::span<const std::string_view> without,
                      bool first, ByteBuffer& out) {
  bool any = false;
  for (MapIterator field = record.begin(); !field.done(); field.Next()) {
    const auto key = field.key().AsText();
    if (key.has_value() && std::find(without.begin(), without.end(), *key) != without.end()) {
      continue;
    }
    if (any || !first) out.Append(',');
    any = true;
    Walker(out).Field(field.key().bytes().data());
  }
  return any;
}

}  // namespace andon
