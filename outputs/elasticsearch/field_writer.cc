#include "outputs/elasticsearch/field_writer.h"

#include "core/base/digits.h"
#include "core/codec/json_plain.h"
#include "core/codec/json_writer.h"
#include "core/event/msgpack_format.h"
#include "core/event/msgpack_walk.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kLongestString8 = 255;
// What a field may have in front of its string's text: a key, and the heads of both.
constexpr ptrdiff_t kFieldReads = 1 + 31 + 2 + kLongestString8 + kJsonReadBehind;
// A member's name, its string between quotes, and what is written behind that.
constexpr ptrdiff_t kFieldRoom =
    MemberCache::kLongestMember + 2 + kLongestString8 + kJsonReadBehind + kNumberRoom;

char* Text(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

// Room at the end of a buffer, which does not know yet what was written there.
struct Room {
  explicit Room(ByteBuffer& body)
      : begin(Text(body.Tail(kFieldRoom))), end(Text(body.data()) + body.capacity()) {}
  void Keep(const char* to, ByteBuffer& body) const {
    body.Advance(static_cast<size_t>(to - begin));
  }
  const char* begin;
  const char* end;
};

}  // namespace

void FieldWriter::SetRenames(const Renames& renames) {
  if (renames_ != &renames) members_.Clear();
  renames_ = &renames;
}

const std::byte* FieldWriter::Append(const std::byte* record, const std::byte* end, bool first,
                                     ByteBuffer& body) {
  const uint32_t pairs = msgpack::CountAt(record);
  const std::byte* at = msgpack::ElementsAt(record);
  Room room(body);
  char* to = Text(body.Tail(0));
  for (uint32_t i = 0; i < pairs; ++i) {
    if (!first && room.end - to >= kFieldRoom && end - at >= kFieldReads) {
      const Written known = WriteKnown(at, i, to);
      if (known.at != nullptr) {
        at = known.at;
        to = known.to;
        continue;
      }
    }
    room.Keep(to, body);
    at = WriteAny(at, i, first, body);
    room = Room(body);
    to = Text(body.Tail(0));
  }
  room.Keep(to, body);
  return at;
}

// What nearly every field is: its name was written before, and its value is a string in which
// nothing has to be escaped, or a number. kFieldReads bytes may be read and kFieldRoom written.
[[gnu::always_inline]] inline FieldWriter::Written FieldWriter::WriteKnown(const std::byte* at,
                                                                           uint32_t number,
                                                                           char* to) {
  const MemberCache::Slot* slot = &members_.Expected(number);
  if (!MemberCache::HoldsField(*slot, at)) {
    const size_t key_size = msgpack::FirstByte(at) & size_t{31};
    slot = &members_.At(number, key_size);
    if (!MemberCache::HoldsField(*slot, at)) return {};
    members_.Expect(number, key_size);
  }
  if (slot->member_size == 0) return {};
  std::memcpy(to, slot->member, MemberCache::kLongestMember);
  to += slot->member_size;
  const std::byte* const value = at + 1 + slot->key_size;
  const uint8_t kind = msgpack::FirstByte(value);
  if (msgpack::IsFixString(kind) || kind == msgpack::kString8) {
    const bool is_short = kind != msgpack::kString8;
    const size_t size = is_short ? size_t{kind} & 31 : msgpack::FirstByte(value + 1);
    const std::byte* const text = value + (is_short ? 1 : 2);
    *to = '"';
    if (!CopyJsonPlain(to + 1, reinterpret_cast<const char*>(text), size)) return {};
    to[1 + size] = '"';
    return {text + size, to + size + 2};
  }
  if (kind < msgpack::kFixMap) return {value + 1, PutNumber(kind, to)};
  switch (kind) {
    case msgpack::kUint8:
      return {value + 2, PutNumber(msgpack::FirstByte(value + 1), to)};
    case msgpack::kUint16:
      return {value + 3, PutNumber(LoadBigEndian<uint16_t>(value + 1), to)};
    case msgpack::kUint32:
      return {value + 5, PutNumber(LoadBigEndian<uint32_t>(value + 1), to)};
    default:
      return {};
  }
}

// Any field whose name may be known.
const std::byte* FieldWriter::WriteAny(const std::byte* at, uint32_t number, bool& first,
                                       ByteBuffer& body) {
  const uint8_t head = msgpack::FirstByte(at);
  if (!msgpack::IsFixString(head)) return WriteNew(at, number, first, body);
  const std::string_view key = AsText({at + 1, size_t{head} & 31});
  const std::byte* const value = at + 1 + key.size();
  const MemberCache::Slot& slot = members_.At(number, key.size());
  if (!MemberCache::Holds(slot, key) || (slot.if_no_map && msgpack::IsMap(value))) {
    return WriteNew(at, number, first, body);
  }
  if (slot.member_size == 0) return value + ValueSize(value);
  MemberCache::Append(slot, first, body);
  first = false;
  return AppendJsonValue(value, body);
}

// Any key, and what is kept of it for the next record.
const std::byte* FieldWriter::WriteNew(const std::byte* at, uint32_t number, bool& first,
                                       ByteBuffer& body) {
  const ValueView key_value(Bytes(at, ValueSize(at)));
  const std::byte* const value = at + key_value.bytes().size();
  const auto text = key_value.AsText();
  const std::string_view key = text.value_or(std::string_view());
  const bool short_key = msgpack::IsFixString(msgpack::FirstByte(at));
  if (text.has_value() && Replaced(key)) {
    if (short_key) MemberCache::Keep(members_.At(number, key.size()), key, "", false);
    return value + ValueSize(value);
  }
  if (!first) body.Append(',');
  first = false;
  const std::string_view renamed = renames_->Find(key, msgpack::IsMap(value));
  if (!renamed.empty()) {
    const bool if_no_map = renames_->Find(key, true).empty();
    if (short_key) MemberCache::Keep(members_.At(number, key.size()), key, renamed, if_no_map);
    body.Append(renamed);
    return AppendJsonValue(value, body);
  }
  const size_t begin = body.size();
  const std::byte* const end = AppendJsonField(at, body);
  if (short_key && renames_->Find(key, false).empty()) {
    ByteBuffer member;
    AppendJsonString(key, member);
    member.Append(':');
    if (body.text().substr(begin).starts_with(member.text())) {
      MemberCache::Keep(members_.At(number, key.size()), key, member.text(), false);
    }
  }
  return end;
}

}  // namespace andon::elasticsearch
