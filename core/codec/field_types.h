// What a parser that finds text makes of it: fluentd's types.
//
//   types: {code: integer, tags: "array:;", seen: "time:%d/%b/%Y"}
//   types: code:integer,size:integer
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/time_reader.h"
#include "core/config/config_value.h"
#include "core/event/batch_builder.h"

namespace andon {

struct FieldType {
  enum class Kind : uint8_t { kString, kBool, kInteger, kFloat, kTime, kArray };
  Kind kind = Kind::kString;
  std::string delimiter = ",";  // Of an array.
  TimeOptions time;

  // "integer", "array", "array:;", "time", "time:unixtime", "time:%Y-%m-%d". kInvalidConfig.
  static Result<FieldType> Parse(std::string_view text);
};

struct FieldTypes {
  std::vector<std::pair<std::string, FieldType>> fields;
};

template <>
struct ConfigValue<FieldTypes> {
  static std::optional<FieldTypes> Read(const ConfigNode& node);
  static std::string TypeName() { return "map of field to type"; }
  static std::string ToText(const FieldTypes& /*value*/) { return "{}"; }
};

// Writes texts as one type. Thread: the owner's.
class TypedField {
 public:
  explicit TypedField(FieldType type) : type_(std::move(type)), time_(type_.time) {}

  // As Ruby converts: an integer and a float are what the text begins with, or 0; true, yes and 1
  // are true and all else false; an array loses its empty elements at the end. A number that 64
  // bits cannot hold, and a time that is none, stay text.
  void Write(std::string_view key, std::string_view text, RecordWriter& out);

 private:
  void WriteArray(std::string_view key, std::string_view text, RecordWriter& out) const;
  FieldType type_;
  TimeReader time_;
};

// The integer that `text` begins with, as Ruby's to_i: 0 where there is none. Empty when 64 bits
// cannot hold it.
std::optional<int64_t> LeadingInteger(std::string_view text);
// Writes it; an integer between 2^63 and 2^64 unsigned, a larger one as its digits.
void WriteLeadingInteger(std::string_view key, std::string_view text, RecordWriter& out);

}  // namespace andon
