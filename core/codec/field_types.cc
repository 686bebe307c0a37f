#include "core/codec/field_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace andon {
namespace {

constexpr std::pair<std::string_view, FieldType::Kind> kKinds[] = {
    {"string", FieldType::Kind::kString},   {"bool", FieldType::Kind::kBool},
    {"integer", FieldType::Kind::kInteger}, {"float", FieldType::Kind::kFloat},
    {"time", FieldType::Kind::kTime},       {"array", FieldType::Kind::kArray}};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The sign and digits at the front of `text`, without Ruby's underscores. Borrows `text` where
// there are none, else `buffer`.
std::string_view LeadingDigits(std::string_view text, std::string* buffer) {
  while (!text.empty() && IsSpace(text[0])) text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  size_t end = text.starts_with('-') ? 1 : 0;
  const size_t first = end;
  bool underscores = false;
  while (end < text.size()) {
    const bool divides = text[end] == '_' && end > first && text[end - 1] != '_' &&
                         end + 1 < text.size() && IsDigit(text[end + 1]);
    if (!IsDigit(text[end]) && !divides) break;
    underscores |= divides;
    ++end;
  }
  if (end == first) return {};
  if (!underscores) return text.substr(0, end);
  *buffer = text.substr(0, end);
  buffer->erase(std::remove(buffer->begin(), buffer->end(), '_'), buffer->end());
  return *buffer;
}

void WriteFloat(std::string_view key, std::string_view text, RecordWriter& out) {
  std::string_view rest = text;
  while (!rest.empty() && IsSpace(rest[0])) rest.remove_prefix(1);
  if (rest.starts_with('+')) rest.remove_prefix(1);
  const size_t digit = rest.starts_with('-') ? 1 : 0;
  double value = 0;
  // "inf" and "nan" are words to Ruby.
  if (digit < rest.size() && (IsDigit(rest[digit]) || rest[digit] == '.')) {
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (read.ec == std::errc::result_out_of_range) return out.Field(key, text);
  }
  out.FieldFloat(key, value);
}

bool IsTrue(std::string_view text) {
  std::string lower(text.substr(0, 5));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower == "true" || lower == "yes" || lower == "1";
}

// Adds one field, reporting what is wrong at `node`.
bool AddField(const ConfigNode& node, std::string_view key, std::string_view type,
              FieldTypes* types) {
  auto parsed = FieldType::Parse(type);
  if (!parsed.ok()) {
    (void)node.Fail(std::string(parsed.status().message()));
    return false;
  }
  types->fields.emplace_back(key, *std::move(parsed));
  return true;
}

// "code:integer,size:integer"
std::optional<FieldTypes> ReadList(const ConfigNode& node) {
  FieldTypes types;
  std::string_view rest = node.text();
  bool good = true;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    std::string_view key = item.substr(0, item.find(':'));
    if (key.size() == item.size()) {
      (void)node.Fail(fmt::format("\"{}\" must be FIELD:TYPE", item));
      return std::nullopt;
    }
    const std::string_view type = item.substr(key.size() + 1);
    while (key.starts_with(' ')) key.remove_prefix(1);
    good = AddField(node, key, type, &types) && good;
  }
  if (!good) return std::nullopt;
  return types;
}

}  // namespace

Result<FieldType> FieldType::Parse(std::string_view text) {
  FieldType type;
  const std::string_view name = text.substr(0, text.find(':'));
  const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [name](const auto& entry) { return entry.first == name; });
  if (kind == std::end(kKinds)) {
    return InvalidConfig(
        fmt::format("type \"{}\" is none of string, bool, integer, float, time, array", name));
  }
  type.kind = kind->second;
  if (name.size() == text.size()) return type;
  const std::string_view argument = text.substr(name.size() + 1);
  if (type.kind == Kind::kArray && !argument.empty()) {
    type.delimiter = argument;
  } else if (type.kind == Kind::kTime) {
    ASSIGN_OR_RETURN(TimeFormat format, TimeFormat::Compile(argument));
    type.time.formats.push_back(std::move(format));
  } else {
    return InvalidConfig(fmt::format("type \"{}\": nothing may stand behind {}", text, name));
  }
  return type;
}

std::optional<FieldTypes> ConfigValue<FieldTypes>::Read(const ConfigNode& node) {
  if (node.kind() == ConfigNode::Kind::kScalar) return ReadList(node);
  if (node.kind() != ConfigNode::Kind::kMap) {
    (void)node.Fail("must be a map of field to type, as {code: integer}");
    return std::nullopt;
  }
  FieldTypes types;
  bool good = true;
  for (const auto& [key, unread] : node.fields()) {
    const ConfigNode child = node.Get(key);
    good = AddField(child, key, child.text(), &types) && good;
  }
  if (!good) return std::nullopt;
  return types;
}

std::optional<int64_t> LeadingInteger(std::string_view text) {
  std::string buffer;
  const std::string_view digits = LeadingDigits(text, &buffer);
  if (digits.empty()) return 0;
  int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

void WriteLeadingInteger(std::string_view key, std::string_view text, RecordWriter& out) {
  if (const auto value = LeadingInteger(text); value.has_value()) return out.Field(key, *value);
  std::string buffer;
  const std::string_view digits = LeadingDigits(text, &buffer);
  uint64_t large = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), large).ec == std::errc()) {
    return out.FieldUint(key, large);
  }
  out.Field(key, digits);
}

void TypedField::WriteArray(std::string_view key, std::string_view text, RecordWriter& out) const {
  const std::string& delimiter = type_.delimiter;
  while (text.ends_with(delimiter)) text.remove_suffix(delimiter.size());
  out.BeginArray(key);
  while (!text.empty()) {
    const size_t end = std::min(text.find(delimiter), text.size());
    out.Value(text.substr(0, end));
    text.remove_prefix(std::min(end + delimiter.size(), text.size()));
  }
  out.End();
}

void TypedField::Write(std::string_view key, std::string_view text, RecordWriter& out) {
  EventTime time;
  switch (type_.kind) {
    case FieldType::Kind::kString:
      return out.Field(key, text);
    case FieldType::Kind::kBool:
      return out.FieldBool(key, IsTrue(text));
    case FieldType::Kind::kInteger:
      return WriteLeadingInteger(key, text, out);
    case FieldType::Kind::kFloat:
      return WriteFloat(key, text, out);
    case FieldType::Kind::kArray:
      return WriteArray(key, text, out);
    case FieldType::Kind::kTime:
      if (!time_.ReadText(text, out.time(), &time)) return out.Field(key, text);
      return out.RawField(key).Time(time);
  }
}

}  // namespace andon
