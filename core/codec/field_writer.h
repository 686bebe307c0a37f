// The options that all parsers of named fields share, and what they do to one field: the event's
// time is taken out, types are applied, empty values become null.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/field_types.h"
#include "core/codec/pattern.h"
#include "core/codec/time_reader.h"
#include "core/config/config_reader.h"
#include "core/event/batch_builder.h"

namespace andon {

struct FieldOptions {
  std::string time_key = "time";
  bool keep_time_key = false;
  TimeOptions time;
  FieldTypes types;
  Pattern null_value_pattern;
  bool null_empty_string = false;

  void Read(ConfigReader& reader);
  // time_key, keep_time_key and how times are read only.
  void ReadTime(ConfigReader& reader);
};

// Thread: the owner's.
class FieldWriter {
 public:
  static constexpr size_t kPlain = SIZE_MAX;
  static constexpr size_t kNested = SIZE_MAX - 1;  // In a map of the record: written as it is.

  explicit FieldWriter(const FieldOptions& options);

  // What is to be done with a field of this name, for Write: parsers that know their fields ask
  // once.
  size_t RuleFor(std::string_view key) const;
  // Null, or why not: the time is written otherwise than the options say. Valid as long as this.
  const char* Write(size_t rule, std::string_view key, std::string_view text, RecordWriter& out);
  const char* Write(std::string_view key, std::string_view text, RecordWriter& out) {
    return Write(RuleFor(key), key, text, out);
  }

  // A number in JSON's form.
  const char* WriteNumber(size_t rule, std::string_view key, std::string_view number,
                          RecordWriter& out);

 private:
  // The event's time from the field that has it. True: taken, and the field is not to be kept.
  // False: it is to be kept. `*error` is set where the line must be refused.
  bool TakeTime(std::string_view text, bool is_number, RecordWriter& out, const char** error);
  bool ReadSeconds(std::string_view number, EventTime* time) const;

  struct Rule {
    std::string key;
    std::optional<TypedField> type;
  };
  bool IsNull(std::string_view text) const;

  bool has_time_key_;
  bool keep_time_key_;
  bool time_is_free_;  // Nobody said how it is written: what cannot be read is a field like others.
  bool null_empty_string_;
  Pattern null_value_pattern_;
  TimeReader time_;
  std::string bad_time_;     // The reason, with the format.
  std::vector<Rule> rules_;  // The first is the time's.
};

}  // namespace andon
