#include "core/codec/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "core/codec/json_plain.h"
#include "core/codec/json_scalar.h"
#include "core/event/msgpack_format.h"

namespace andon {
namespace {

constexpr size_t kNumberBytes = 24;  // Of an integer, at most.

template <class T>
char* PutNumber(T value, char* to) {
  return std::to_chars(to, to + kNumberBytes, value).ptr;
}

// Walks validated bytes. Each method writes one value and returns where it ends, here and there:
// both stay in registers, as no member could beside what is written through a pointer to bytes.
// Recursion is bounded: validation refuses what is nested deeper than kMaxMsgpackDepth.
class Walker {
 public:
  // What stands in front of `readable` may be read, whatever it is; null: the value alone.
  explicit Walker(ByteBuffer& out, const std::byte* readable = nullptr, MemberCache* keys = nullptr)
      : out_(out), readable_(readable), keys_(keys) {}

  const std::byte* Value(const std::byte* at) { return End(Value(Place{at, Begin()})); }
  const std::byte* Field(const std::byte* at) { return End(Field(Place{at, Begin()})); }

 private:
  // Always there behind what was asked for: a key that is known, a number, marks.
  static constexpr size_t kSlack = 192;
  static_assert(kSlack >= MemberCache::kLongestMember + 31 + kJsonReadBehind + 32);

  struct Place {
    const std::byte* from;
    char* to;
  };

  char* Begin() {
    char* const to = reinterpret_cast<char*>(out_.Tail(kSlack));
    limit_ = to + (out_.capacity() - out_.size());
    return to;
  }
  void Keep(const char* to) {
    out_.Advance(static_cast<size_t>(reinterpret_cast<const std::byte*>(to) - out_.Tail(0)));
  }
  const std::byte* End(Place place) {
    Keep(place.to);
    return place.from;
  }
  char* Room(char* to, size_t bytes) {
    if (static_cast<size_t>(limit_ - to) >= bytes + kSlack) [[likely]]
      return to;
    Keep(to);
    out_.Tail(bytes + kSlack);
    return Begin();
  }

  Place Value(Place at) {
    const uint8_t first = msgpack::FirstByte(at.from);
    if (msgpack::IsFixString(first)) return String({at.from + 1, at.to}, first & 31);
    if (msgpack::IsFixInt(first)) {
      return {at.from + 1, PutNumber(static_cast<int>(static_cast<int8_t>(first)), at.to)};
    }
    const msgpack::Head head = msgpack::kHeads[first];
    const uint32_t length = msgpack::LoadLength(at.from + 1, head.length_bytes);
    const Place behind{at.from + 1 + head.length_bytes, at.to};
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
    const std::byte* const end = behind.from + head.fixed + length;
    return {end, Scalar(first, {at.from, end}, at.to)};
  }

  Place Field(Place at) {
    const uint8_t first = msgpack::FirstByte(at.from);
    Place value = msgpack::IsFixString(first) ? String({at.from + 1, at.to}, first & 31) : Key(at);
    *value.to++ = ':';
    return Value(value);
  }

  Place String(Place at, size_t size) {
    if (!MayReadBehind(at.from, size)) return EscapedString(at, size);
    char* const to = Room(at.to, size);
    *to = '"';
    if (!CopyJsonPlain(to + 1, reinterpret_cast<const char*>(at.from), size)) {
      return EscapedString({at.from, to}, size);
    }
    to[1 + size] = '"';
    return {at.from + size, to + size + 2};
  }

  // Of up to 31 bytes, with room for it: most values are that, and differ in length.
  Place ShortString(Place at, size_t size) {
    if (!MayReadBehind(at.from, size)) return EscapedString(at, size);
    *at.to = '"';
    if (!CopyJsonPlainShort(at.to + 1, reinterpret_cast<const char*>(at.from), size)) {
      return EscapedString(at, size);
    }
    at.to[1 + size] = '"';
    return {at.from + size, at.to + size + 2};
  }

  Place EscapedString(Place at, size_t size) {
    Keep(at.to);
    AppendJsonString(AsText({at.from, size}), out_);
    return {at.from + size, Begin()};
  }

  bool MayReadBehind(const std::byte* from, size_t size) const {
    return reinterpret_cast<uintptr_t>(from) + size + kJsonReadBehind <=
           reinterpret_cast<uintptr_t>(readable_);
  }

  Place Map(Place at, uint32_t pairs) {
    *at.to++ = '{';
    for (uint32_t i = 0; i < pairs; ++i) {
      at.to = Room(at.to, 0);
      if (keys_ != nullptr && msgpack::IsFixString(msgpack::FirstByte(at.from))) {
        at = KnownKey(at, i == 0);
        const uint8_t first = msgpack::FirstByte(at.from);
        at =
            msgpack::IsFixString(first) ? ShortString({at.from + 1, at.to}, first & 31) : Value(at);
        continue;
      }
      if (i > 0) *at.to++ = ',';
      at = Field(at);
    }
    at.to = Room(at.to, 0);
    *at.to++ = '}';
    return at;
  }

  // A short key with its comma and its colon, by its number among all keys.
  Place KnownKey(Place at, bool first) {
    const std::string_view key = AsText({at.from + 1, msgpack::FirstByte(at.from) & size_t{31}});
    const std::byte* const behind = at.from + 1 + key.size();
    MemberCache::Slot& slot = keys_->At(key_number_++, key.size());
    if (MemberCache::Holds(slot, key)) [[likely]]
      return {behind, MemberCache::Put(slot, first, at.to)};
    if (!first) *at.to++ = ',';
    Keep(at.to);
    const size_t begin = out_.size();
    AppendJsonString(key, out_);
    out_.Append(':');
    MemberCache::Keep(slot, key, out_.text().substr(begin), false);
    return {behind, Begin()};
  }

  Place Array(Place at, uint32_t elements) {
    *at.to++ = '[';
    for (uint32_t i = 0; i < elements; ++i) {
      at.to = Room(at.to, 0);
      if (i > 0) *at.to++ = ',';
      at = Value(at);
    }
    at.to = Room(at.to, 0);
    *at.to++ = ']';
    return at;
  }

  // A key of any type: what is no string becomes one.
  Place Key(Place at) {
    Keep(at.to);
    const size_t begin = out_.size();
    const Place end = Value({at.from, Begin()});
    if (out_.data()[begin] == std::byte{'"'}) return end;
    Keep(end.to);
    const std::string text(out_.text().substr(begin));
    out_.Truncate(begin);
    AppendJsonString(text, out_);
    return {end.from, Begin()};
  }

  // Numbers, booleans, null, ext.
  char* Scalar(uint8_t first, Bytes value, char* to) {
    const std::byte* const data = value.data() + 1;
    switch (first) {
      case msgpack::kNil:
        return PutWord("null", to);
      case msgpack::kFalse:
        return PutWord("false", to);
      case msgpack::kTrue:
        return PutWord("true", to);
      case msgpack::kUint8:
        return PutNumber(static_cast<uint32_t>(LoadBigEndian<uint8_t>(data)), to);
      case msgpack::kUint16:
        return PutNumber(static_cast<uint32_t>(LoadBigEndian<uint16_t>(data)), to);
      case msgpack::kUint32:
        return PutNumber(LoadBigEndian<uint32_t>(data), to);
      case msgpack::kUint64:
        return PutNumber(LoadBigEndian<uint64_t>(data), to);
      case msgpack::kInt8:
        return PutNumber(static_cast<int32_t>(static_cast<int8_t>(*data)), to);
      case msgpack::kInt16:
        return PutNumber(static_cast<int32_t>(static_cast<int16_t>(LoadBigEndian<uint16_t>(data))),
                         to);
      case msgpack::kInt32:
        return PutNumber(static_cast<int32_t>(LoadBigEndian<uint32_t>(data)), to);
      case msgpack::kInt64:
        return PutNumber(static_cast<int64_t>(LoadBigEndian<uint64_t>(data)), to);
      default:
        break;
    }
    Keep(to);
    AppendJsonScalar(value, out_);
    return Begin();
  }

  static char* PutWord(std::string_view word, char* to) {
    std::memcpy(to, word.data(), word.size());
    return to + word.size();
  }

  ByteBuffer& out_;
  const char* limit_ = nullptr;  // Where the memory of out_ ends.
  const std::byte* const readable_;
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

const std::byte* JsonRecordWriter::Append(const std::byte* at, const std::byte* readable,
                                          ByteBuffer& out) {
  return Walker(out, readable, &keys_).Value(at);
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
