#include "test/support/json_text.h"

#include <charconv>
#include <cmath>

#include "core/base/utf8.h"

namespace andon {
namespace {

std::string Hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte b : bytes) {
    text += kDigits[static_cast<size_t>(b) >> 4];
    text += kDigits[static_cast<size_t>(b) & 15];
  }
  return text;
}

void PrintString(std::string_view text, std::string* out) {
  *out += '"';
  while (!text.empty()) {
    const size_t length = Utf8CharacterSize(text);
    const char c = text[0];
    if (length == 0) {
      *out += "\\x" + Hex(AsBytes(text.substr(0, 1)));
    } else if (c == '"' || c == '\\') {
      *out += {'\\', c};
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\t') {
      *out += "\\t";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (length == 1 && (c < 0x20 || c == 0x7F)) {
      *out += "\\u00" + Hex(AsBytes(text.substr(0, 1)));
    } else {
      *out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  *out += '"';
}

void PrintFloat(double value, std::string* out) {
  if (!std::isfinite(value)) {
    *out += std::string(R"({"$float":")") +
            (std::isnan(value) ? "nan"
             : value > 0       ? "inf"
                               : "-inf") +
            "\"}";
    return;
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  const std::string_view number(text, static_cast<size_t>(end - text));
  *out += number;
  if (number.find_first_of(".e") == std::string_view::npos) *out += ".0";
}

void Print(ValueView value, std::string* out);

void PrintExt(ValueView value, std::string* out) {
  if (const auto time = value.AsEventTime()) {
    *out += "{\"$eventtime\":[" + std::to_string(time->seconds) + "," +
            std::to_string(time->nanoseconds) + "]}";
    return;
  }
  const auto ext = value.AsExt();
  *out += "{\"$ext\":[" + std::to_string(ext->type) + ",\"" + Hex(ext->data) + "\"]}";
}

void PrintArray(ValueView value, std::string* out) {
  *out += '[';
  for (auto it = value.begin_array(); !it.done(); it.Next()) {
    if (out->back() != '[') *out += ',';
    Print(it.value(), out);
  }
  *out += ']';
}

bool AllKeysAreStrings(ValueView map) {
  for (auto it = map.begin_map(); !it.done(); it.Next()) {
    if (!it.key().is_string()) return false;
  }
  return true;
}

void PrintMap(ValueView value, std::string* out) {
  const bool plain = AllKeysAreStrings(value);
  *out += plain ? "{" : "{\"$map\":[";
  bool first = true;
  for (auto it = value.begin_map(); !it.done(); it.Next()) {
    if (!first) *out += ',';
    first = false;
    if (!plain) *out += '[';
    Print(it.key(), out);
    *out += plain ? ':' : ',';
    Print(it.value(), out);
    if (!plain) *out += ']';
  }
  *out += plain ? "}" : "]}";
}

void Print(ValueView value, std::string* out) {
  switch (value.type()) {
    case ValueType::kNil:
      *out += "null";
      return;
    case ValueType::kBool:
      *out += *value.AsBool() ? "true" : "false";
      return;
    case ValueType::kInt:
      *out += std::to_string(*value.AsInt());
      return;
    case ValueType::kUint:
      *out += std::to_string(*value.AsUint());
      return;
    case ValueType::kFloat:
      return PrintFloat(*value.AsFloat(), out);
    case ValueType::kString:
      return PrintString(*value.AsString(), out);
    case ValueType::kBinary:
      *out += "{\"$bin\":\"" + Hex(AsBytes(*value.AsBinary())) + "\"}";
      return;
    case ValueType::kArray:
      return PrintArray(value, out);
    case ValueType::kMap:
      return PrintMap(value, out);
    case ValueType::kExt:
      return PrintExt(value, out);
  }
}

}  // namespace

std::string JsonFromValue(ValueView value) {
  std::string out;
  Print(value, &out);
  return out;
}

std::string NormalJson(std::string_view json) {
  return JsonFromMsgpack(MsgpackFromJson(json).bytes());
}

}  // namespace andon
