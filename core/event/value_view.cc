#include "core/event/value_view.h"

#include <bit>
#include <limits>

#include "core/event/msgpack_format.h"
#include "core/event/msgpack_walk.h"

namespace andon {
namespace {

using msgpack::FirstByte;

std::string_view PayloadText(const std::byte* at, const msgpack::Head& head) {
  const size_t size = size_t{msgpack::LoadLength(at + 1, head.length_bytes)} + head.fixed;
  return {reinterpret_cast<const char*>(at + 1 + head.length_bytes), size};
}

ValueType TypeOf(uint8_t first) {
  if (first < msgpack::kFixMap) return ValueType::kUint;
  if (first < msgpack::kFixArray) return ValueType::kMap;
  if (first < msgpack::kFixString) return ValueType::kArray;
  if (first < msgpack::kNil) return ValueType::kString;
  if (first >= msgpack::kNegativeFixInt) return ValueType::kInt;
  if (first >= msgpack::kMap16) return ValueType::kMap;
  if (first >= msgpack::kArray16) return ValueType::kArray;
  if (first >= msgpack::kString8) return ValueType::kString;
  if (first >= msgpack::kFixExt1) return ValueType::kExt;
  if (first >= msgpack::kInt8) return ValueType::kInt;
  if (first >= msgpack::kUint8) return ValueType::kUint;
  if (first >= msgpack::kFloat32) return ValueType::kFloat;
  if (first >= msgpack::kExt8) return ValueType::kExt;
  if (first >= msgpack::kBin8) return ValueType::kBinary;
  return first == msgpack::kNil ? ValueType::kNil : ValueType::kBool;
}

// An int8 .. int64 or a negative fixint.
int64_t LoadSigned(const std::byte* at) {
  switch (FirstByte(at)) {
    case msgpack::kInt8:
      return static_cast<int8_t>(at[1]);
    case msgpack::kInt16:
      return static_cast<int16_t>(LoadBigEndian<uint16_t>(at + 1));
    case msgpack::kInt32:
      return static_cast<int32_t>(LoadBigEndian<uint32_t>(at + 1));
    case msgpack::kInt64:
      return static_cast<int64_t>(LoadBigEndian<uint64_t>(at + 1));
    default:
      return static_cast<int8_t>(at[0]);
  }
}

// A uint8 .. uint64 or a positive fixint.
uint64_t LoadUnsigned(const std::byte* at) {
  switch (FirstByte(at)) {
    case msgpack::kUint8:
      return static_cast<uint8_t>(at[1]);
    case msgpack::kUint16:
      return LoadBigEndian<uint16_t>(at + 1);
    case msgpack::kUint32:
      return LoadBigEndian<uint32_t>(at + 1);
    case msgpack::kUint64:
      return LoadBigEndian<uint64_t>(at + 1);
    default:
      return FirstByte(at);
  }
}

// The first value in `bytes`; they hold it whole.
Bytes First(Bytes bytes) {
  const std::byte* const at = bytes.data();
  const size_t common = msgpack::CommonScalarSize(at, at + bytes.size());
  return bytes.first(common > 0 ? common : ValueSize(at));
}

// The text of a str or bin.
bool KeyIs(Bytes key, std::string_view wanted) {
  const uint8_t first = FirstByte(key.data());
  if (msgpack::IsFixString(first)) return AsText(key.subspan(1)) == wanted;
  return ValueView(key).AsText() == wanted;
}

}  // namespace

ValueType ValueView::type() const {
  if (bytes_.empty()) return ValueType::kNil;
  const uint8_t first = FirstByte(bytes_.data());
  const ValueType type = TypeOf(first);
  // A number that is not negative may come in a signed form.
  if (type == ValueType::kInt && LoadSigned(bytes_.data()) >= 0) return ValueType::kUint;
  return type;
}

std::optional<bool> ValueView::AsBool() const {
  if (type() != ValueType::kBool) return std::nullopt;
  return FirstByte(bytes_.data()) == msgpack::kTrue;
}

std::optional<int64_t> ValueView::AsInt() const {
  if (bytes_.empty()) return std::nullopt;
  const ValueType form = TypeOf(FirstByte(bytes_.data()));
  if (form == ValueType::kInt) return LoadSigned(bytes_.data());
  if (form != ValueType::kUint) return std::nullopt;
  const uint64_t value = LoadUnsigned(bytes_.data());
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(value);
}

std::optional<uint64_t> ValueView::AsUint() const {
  if (bytes_.empty()) return std::nullopt;
  const ValueType form = TypeOf(FirstByte(bytes_.data()));
  if (form == ValueType::kUint) return LoadUnsigned(bytes_.data());
  if (form != ValueType::kInt) return std::nullopt;
  const int64_t value = LoadSigned(bytes_.data());
  if (value < 0) return std::nullopt;
  return static_cast<uint64_t>(value);
}

std::optional<double> ValueView::AsFloat() const {
  if (type() != ValueType::kFloat) return std::nullopt;
  const std::byte* const payload = bytes_.data() + 1;
  if (FirstByte(bytes_.data()) == msgpack::kFloat32) {
    return static_cast<double>(std::bit_cast<float>(LoadBigEndian<uint32_t>(payload)));
  }
  return std::bit_cast<double>(LoadBigEndian<uint64_t>(payload));
}

std::optional<std::string_view> ValueView::AsString() const {
  if (type() != ValueType::kString) return std::nullopt;
  return PayloadText(bytes_.data(), msgpack::kHeads[FirstByte(bytes_.data())]);
}

std::optional<std::string_view> ValueView::AsBinary() const {
  if (type() != ValueType::kBinary) return std::nullopt;
  return PayloadText(bytes_.data(), msgpack::kHeads[FirstByte(bytes_.data())]);
}

std::optional<std::string_view> ValueView::AsText() const {
  const ValueType form = type();
  if (form != ValueType::kString && form != ValueType::kBinary) return std::nullopt;
  return PayloadText(bytes_.data(), msgpack::kHeads[FirstByte(bytes_.data())]);
}

std::optional<ValueView::Ext> ValueView::AsExt() const {
  if (type() != ValueType::kExt) return std::nullopt;
  const std::string_view payload =
      PayloadText(bytes_.data(), msgpack::kHeads[FirstByte(bytes_.data())]);
  return Ext{static_cast<int8_t>(payload[0]), AsBytes(payload.substr(1))};
}

std::optional<EventTime> ValueView::AsEventTime() const {
  const std::optional<Ext> ext = AsExt();
  if (!ext || ext->type != 0 || ext->data.size() != 8) return std::nullopt;
  return EventTime{LoadBigEndian<uint32_t>(ext->data.data()),
                   LoadBigEndian<uint32_t>(ext->data.data() + 4)};
}

size_t ValueView::size() const {
  if (bytes_.empty()) return 0;
  const msgpack::Shape shape = msgpack::kHeads[FirstByte(bytes_.data())].shape;
  if (shape != msgpack::Shape::kArray && shape != msgpack::Shape::kMap) return 0;
  return msgpack::CountAt(bytes_.data());
}

ArrayIterator ValueView::begin_array() const {
  if (type() != ValueType::kArray) return {{}, 0};
  const std::byte* const elements = msgpack::ElementsAt(bytes_.data());
  return {bytes_.subspan(static_cast<size_t>(elements - bytes_.data())), size()};
}

MapIterator ValueView::begin_map() const {
  if (type() != ValueType::kMap) return {{}, 0};
  const std::byte* const elements = msgpack::ElementsAt(bytes_.data());
  return {bytes_.subspan(static_cast<size_t>(elements - bytes_.data())), size()};
}

std::optional<ValueView> ValueView::Find(std::string_view key) const {
  for (MapIterator it = begin_map(); !it.done(); it.Next()) {
    if (KeyIs(it.key().bytes(), key)) return it.value();
  }
  return std::nullopt;
}

ArrayIterator::ArrayIterator(Bytes at, size_t left) : rest_(at), left_(left) {
  if (left_ > 0) current_ = First(rest_);
}

void ArrayIterator::Next() {
  rest_ = rest_.subspan(current_.size());
  --left_;
  if (left_ > 0) current_ = First(rest_);
}

MapIterator::MapIterator(Bytes at, size_t pairs_left) : rest_(at), left_(pairs_left) {
  if (left_ > 0) Load();
}

void MapIterator::Next() {
  rest_ = rest_.subspan(key_.size() + value_.size());
  --left_;
  if (left_ > 0) Load();
}

void MapIterator::Load() {
  key_ = First(rest_);
  value_ = First(rest_.subspan(key_.size()));
}

}  // namespace andon
