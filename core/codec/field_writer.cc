#include "core/codec/field_writer.h"

#include <charconv>

#include "core/codec/json_number.h"

namespace andon {
namespace {

std::string BadTime(const TimeOptions& options) {
  std::string reason = "the time is not written as ";
  if (options.formats.empty()) return reason + "time_type says";
  reason += "time_format says: ";
  for (const TimeFormat& format : options.formats) {
    if (&format != &options.formats.front()) reason += ", or ";
    reason += format.text();
  }
  return reason;
}

}  // namespace

void FieldOptions::ReadTime(ConfigReader& reader) {
  reader.Optional("time_key", &time_key,
                  "field that holds the event's time; empty: the time is when it was read");
  reader.Optional("keep_time_key", &keep_time_key, "keep that field in the record");
  time.Read(reader);
}

void FieldOptions::Read(ConfigReader& reader) {
  ReadTime(reader);
  reader.Optional("types", &types,
                  "types of fields, as {code: integer}: string, bool, integer, float, "
                  "time[:FORMAT], array[:DELIMITER]; fields that are not named are strings");
  reader.Optional("null_value_pattern", &null_value_pattern,
                  "a value that matches becomes null, as ^-$");
  reader.Optional("null_empty_string", &null_empty_string, "an empty value becomes null");
}

FieldWriter::FieldWriter(const FieldOptions& options)
    : has_time_key_(!options.time_key.empty()),
      keep_time_key_(options.keep_time_key),
      time_is_free_(options.time.formats.empty() && options.time.type == TimeType::kAuto),
      null_empty_string_(options.null_empty_string),
      null_value_pattern_(options.null_value_pattern),
      time_(options.time),
      bad_time_(BadTime(options.time)) {
  rules_.push_back({options.time_key, std::nullopt});
  for (const auto& [key, type] : options.types.fields) {
    if (key == options.time_key) continue;
    rules_.push_back({key, TypedField(type)});
  }
}

size_t FieldWriter::RuleFor(std::string_view key) const {
  for (size_t i = has_time_key_ ? 0 : 1; i < rules_.size(); ++i) {
    if (rules_[i].key == key) return i;
  }
  return kPlain;
}

bool FieldWriter::IsNull(std::string_view text) const {
  if (text.empty() && null_empty_string_) return true;
  return !null_value_pattern_.empty() && null_value_pattern_.Matches(text);
}

// A number counts seconds where no format takes it, with a fraction or an exponent too.
bool FieldWriter::ReadSeconds(std::string_view number, EventTime* time) const {
  double seconds = 0;
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, seconds);
  return read.ec == std::errc() && read.ptr == end && time_.ReadNumber(seconds, time);
}

bool FieldWriter::TakeTime(std::string_view text, bool is_number, RecordWriter& out,
                           const char** error) {
  EventTime time;
  if (time_.ReadText(text, out.time(), &time) || (is_number && ReadSeconds(text, &time))) {
    out.Time(time);
    return !keep_time_key_;
  }
  if (!time_is_free_) *error = bad_time_.c_str();
  return false;
}

const char* FieldWriter::Write(size_t rule, std::string_view key, std::string_view text,
                               RecordWriter& out) {
  if (rule == 0) {
    const char* error = nullptr;
    if (TakeTime(text, false, out, &error) || error != nullptr) return error;
  }
  if (rule != kNested && IsNull(text)) {
    out.FieldNil(key);
  } else if (rule == 0 || rule >= kNested) {
    out.Field(key, text);
  } else {
    rules_[rule].type->Write(key, text, out);
  }
  return nullptr;
}

const char* FieldWriter::WriteNumber(size_t rule, std::string_view key, std::string_view number,
                                     RecordWriter& out) {
  if (rule == 0) {
    const char* error = nullptr;
    if (TakeTime(number, true, out, &error) || error != nullptr) return error;
  }
  if (rule == 0 || rule >= kNested) {
    WriteJsonNumber(number, out.RawField(key));
  } else {
    rules_[rule].type->Write(key, number, out);
  }
  return nullptr;
}

}  // namespace andon
