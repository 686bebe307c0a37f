#include "core/codec/json_reader.h"

#include <charconv>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

// A result that is read without a look at its error must not compile: it would throw.
#define SIMDJSON_EXCEPTIONS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <simdjson.h>
#pragma GCC diagnostic pop

#include "core/codec/byte_scan.h"
#include "core/codec/json_number.h"
#include "core/codec/key_watch.h"
#include "core/codec/repeated_keys.h"

namespace andon {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr const char* kBadJson = "the line is no JSON";
constexpr const char* kNoObject = "the JSON is no object";
constexpr const char* kTooDeep = "the JSON is nested too deep";
// Not a refusal: read again, looking for keys that come again.
constexpr const char* kRepeated = "repeated key";

std::string_view WithoutSpaceBehind(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

}  // namespace

struct JsonReader::State {
  explicit State(FieldWriter& writer) : fields(writer) {}

  const char* ReadDocument(std::string_view text, bool careful, RecordWriter& out);
  const char* WriteObject(ondemand::object object, int depth, RecordWriter& out);
  const char* WriteObjectCarefully(ondemand::object object, int depth, RecordWriter& out);
  const char* WriteArray(ondemand::array array, int depth, RecordWriter& out);
  const char* WriteField(std::string_view key, ondemand::value& value, int depth,
                         RecordWriter& out);
  const char* WriteContainer(std::string_view key, ondemand::value& value, int depth,
                             RecordWriter& out);
  const char* WriteScalar(size_t rule, std::string_view key, ondemand::value& value,
                          RecordWriter& out);
  const char* WriteElement(ondemand::value& value, int depth, RecordWriter& out);
  const char* WriteScalarElement(ondemand::value& value, RecordWriter& out);
  const char* Object(ondemand::value& value, int depth, RecordWriter& out);
  const char* Array(ondemand::value& value, int depth, RecordWriter& out);
  // The string whose opening quote is in front of `raw`.
  bool ReadString(ondemand::raw_json_string raw, std::string_view* text);

  FieldWriter& fields;
  ondemand::parser parser;
  KeyWatch keys;
  bool careful_mode = false;
  std::vector<char> padded;      // The text and what simdjson may read beyond it.
  std::vector<uint8_t> strings;  // Those that had escapes.
  uint8_t* next_string = nullptr;
};

JsonReader::JsonReader(FieldWriter& fields) : state_(std::make_unique<State>(fields)) {}
JsonReader::~JsonReader() = default;

const char* JsonReader::Read(std::string_view text, RecordWriter& out) {
  // Begins with what a line of another format begins with: not worth the machinery.
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return kBadJson;
  if (text[first] != '{') return text[first] == '[' ? kNoObject : kBadJson;
  const EventTime now = out.time();
  const char* why = state_->ReadDocument(text, false, out);
  if (why != kRepeated) return why;
  out.Reset();
  out.Time(now);
  return state_->ReadDocument(text, true, out);
}

const char* JsonReader::State::ReadDocument(std::string_view text, bool careful,
                                            RecordWriter& out) {
  const size_t room = text.size() + simdjson::SIMDJSON_PADDING;
  if (padded.size() < room) {
    padded.resize(room * 2);
    strings.resize(room * 4);
  }
  std::memcpy(padded.data(), text.data(), text.size());
  std::memset(padded.data() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  next_string = strings.data();
  careful_mode = careful;
  keys.Clear();
  ondemand::document document;
  if (parser.iterate(padded.data(), text.size(), padded.size()).get(document) !=
      simdjson::SUCCESS) {
    return kBadJson;
  }
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return kBadJson;
  const char* why = careful ? WriteObjectCarefully(object, 1, out) : WriteObject(object, 1, out);
  if (why != nullptr) return why;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? nullptr : kBadJson;
}

bool JsonReader::State::ReadString(ondemand::raw_json_string raw, std::string_view* text) {
  const char* const begin = raw.raw();
  *text = {begin, static_cast<size_t>(padded.data() + padded.size() - begin)};
  const size_t quote = FindByte(*text, '"');
  if (quote == std::string_view::npos) return false;
  *text = text->substr(0, quote);
  if (FindByte(*text, '\\') == std::string_view::npos) return true;
  return parser.unescape(raw, next_string).get(*text) == simdjson::SUCCESS;
}

const char* JsonReader::State::WriteObject(ondemand::object object, int depth, RecordWriter& out) {
  KeyWatch::Level level = keys.Open();
  for (auto result : object) {
    std::string_view key;
    if (result.error() != simdjson::SUCCESS) return kBadJson;
    ondemand::field& field = result.value_unsafe();
    if (!ReadString(field.key(), &key)) return kBadJson;
    if (!keys.Add(key, &level)) return kRepeated;
    if (const char* why = WriteField(key, field.value(), depth, out); why != nullptr) return why;
  }
  keys.Close(level);
  return nullptr;
}

const char* JsonReader::State::WriteObjectCarefully(ondemand::object object, int depth,
                                                    RecordWriter& out) {
  RepeatedKeys repeated;
  for (auto result : object) {
    std::string_view key;
    if (result.error() != simdjson::SUCCESS) return kBadJson;
    ondemand::field& field = result.value_unsafe();
    if (!ReadString(field.key(), &key)) return kBadJson;
    repeated.Add(key);
  }
  repeated.Find();
  if (object.reset().error() != simdjson::SUCCESS) return kBadJson;
  size_t index = 0;
  for (auto result : object) {
    std::string_view key;
    if (result.error() != simdjson::SUCCESS) return kBadJson;
    ondemand::field& field = result.value_unsafe();
    if (!ReadString(field.key(), &key)) return kBadJson;
    if (!repeated.IsLast(index++)) continue;
    if (const char* why = WriteField(key, field.value(), depth, out); why != nullptr) return why;
  }
  return nullptr;
}

const char* JsonReader::State::Object(ondemand::value& value, int depth, RecordWriter& out) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return kBadJson;
  return careful_mode ? WriteObjectCarefully(object, depth, out) : WriteObject(object, depth, out);
}

const char* JsonReader::State::Array(ondemand::value& value, int depth, RecordWriter& out) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return kBadJson;
  return WriteArray(array, depth, out);
}

const char* JsonReader::State::WriteField(std::string_view key, ondemand::value& value, int depth,
                                          RecordWriter& out) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return kBadJson;
  if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
    return WriteContainer(key, value, depth, out);
  }
  return WriteScalar(depth == 1 ? fields.RuleFor(key) : FieldWriter::kNested, key, value, out);
}

const char* JsonReader::State::WriteContainer(std::string_view key, ondemand::value& value,
                                              int depth, RecordWriter& out) {
  if (depth >= kMaxJsonDepth) return kTooDeep;
  const bool is_object = value.type().value_unsafe() == ondemand::json_type::object;
  if (is_object) {
    out.BeginMap(key);
  } else {
    out.BeginArray(key);
  }
  const char* why = is_object ? Object(value, depth + 1, out) : Array(value, depth + 1, out);
  if (why == nullptr) out.End();
  return why;
}

const char* JsonReader::State::WriteScalar(size_t rule, std::string_view key,
                                           ondemand::value& value, RecordWriter& out) {
  ondemand::raw_json_string raw;
  std::string_view text;
  bool flag = false;
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::string:
      if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS || !ReadString(raw, &text)) {
        return kBadJson;
      }
      return fields.Write(rule, key, text, out);
    case ondemand::json_type::number:
      text = WithoutSpaceBehind(value.raw_json_token());
      if (!IsJsonNumber(text)) return kBadJson;
      return fields.WriteNumber(rule, key, text, out);
    case ondemand::json_type::boolean:
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return kBadJson;
      out.FieldBool(key, flag);
      return nullptr;
    default:
      if (value.is_null().get(flag) != simdjson::SUCCESS || !flag) return kBadJson;
      out.FieldNil(key);
      return nullptr;
  }
}

const char* JsonReader::State::WriteArray(ondemand::array array, int depth, RecordWriter& out) {
  for (auto result : array) {
    if (result.error() != simdjson::SUCCESS) return kBadJson;
    if (const char* why = WriteElement(result.value_unsafe(), depth, out); why != nullptr)
      return why;
  }
  return nullptr;
}

const char* JsonReader::State::WriteElement(ondemand::value& value, int depth, RecordWriter& out) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return kBadJson;
  const bool is_object = type == ondemand::json_type::object;
  if (!is_object && type != ondemand::json_type::array) return WriteScalarElement(value, out);
  if (depth >= kMaxJsonDepth) return kTooDeep;
  is_object ? out.BeginMapValue() : out.BeginArrayValue();
  const char* why = is_object ? Object(value, depth + 1, out) : Array(value, depth + 1, out);
  if (why == nullptr) out.End();
  return why;
}

const char* JsonReader::State::WriteScalarElement(ondemand::value& value, RecordWriter& out) {
  ondemand::raw_json_string raw;
  std::string_view text;
  bool flag = false;
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::string:
      if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS || !ReadString(raw, &text)) {
        return kBadJson;
      }
      out.Value(text);
      return nullptr;
    case ondemand::json_type::number:
      text = WithoutSpaceBehind(value.raw_json_token());
      if (!IsJsonNumber(text)) return kBadJson;
      WriteJsonNumber(text, out.RawValue());
      return nullptr;
    case ondemand::json_type::boolean:
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return kBadJson;
      out.RawValue().Bool(flag);
      return nullptr;
    default:
      if (value.is_null().get(flag) != simdjson::SUCCESS || !flag) return kBadJson;
      out.RawValue().Nil();
      return nullptr;
  }
}

}  // namespace andon
