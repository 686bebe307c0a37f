#include "core/event/value_text.h"

#include <charconv>

namespace andon {

namespace {

template <class Number>
std::string_view Written(Number number, NumberText& room) {
  const auto end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
  return {room.data(), static_cast<size_t>(end - room.data())};
}

}  // namespace

std::optional<std::string_view> TextOf(ValueView value, NumberText& room) {
  switch (value.type()) {
    case ValueType::kString:
    case ValueType::kBinary:
      return value.AsText();
    case ValueType::kInt:
      return Written(value.AsInt().value_or(0), room);
    case ValueType::kUint:
      return Written(value.AsUint().value_or(0), room);
    case ValueType::kFloat:
      return Written(value.AsFloat().value_or(0), room);
    case ValueType::kBool:
      return value.AsBool().value_or(false) ? "true" : "false";
    case ValueType::kNil:
    case ValueType::kArray:
    case ValueType::kMap:
    case ValueType::kExt:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace andon
