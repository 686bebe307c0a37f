#include "core/codec/structured_data.h"

#include <algorithm>
#include <array>

#include "core/codec/byte_scan.h"

namespace andon {
namespace {

// Above so many, neighbours are found by sorting: a message may have thousands.
constexpr size_t kFew = 32;

// Visible characters but `=`, `]` and the quote.
constexpr std::array<bool, 256> kNameCharacters = [] {
  std::array<bool, 256> all{};
  for (size_t c = '!'; c < all.size(); ++c) {
    all[c] = c != '=' && c != ']' && c != '"' && c != 0x7f;
  }
  return all;
}();

size_t NameSize(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && kNameCharacters[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

// Where the quoted value at the front ends (its closing quote), or npos.
size_t ClosingQuote(std::string_view text, bool* escaped) {
  size_t at = 1;
  for (;;) {
    const size_t found = FindEither(text.substr(at), '"', '\\');
    if (found == std::string_view::npos) return found;
    at += found;
    if (text[at] == '"') return at;
    *escaped = true;
    at += 2;
    if (at > text.size()) return std::string_view::npos;
  }
}

}  // namespace

// name="value", or name=value.
const char* StructuredData::TakeParameter(std::string_view& text) {
  const size_t name = NameSize(text);
  if (name == 0) return "a parameter of the structured data has no name";
  Parameter& parameter = parameters_.emplace_back();
  parameter.name = text.substr(0, name);
  text.remove_prefix(name);
  if (text.empty() || text[0] != '=') return "a parameter of the structured data has no value";
  text.remove_prefix(1);
  if (!text.empty() && text[0] == '"') {
    const size_t close = ClosingQuote(text, &parameter.escaped);
    if (close == std::string_view::npos) return "a value of the structured data is not closed";
    parameter.value = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    return nullptr;
  }
  const size_t bare = NameSize(text);
  if (bare == 0) return "a parameter of the structured data has no value";
  parameter.value = text.substr(0, bare);
  parameter.escaped = parameter.value.find('\\') != std::string_view::npos;
  text.remove_prefix(bare);
  return nullptr;
}

const char* StructuredData::TakeElement(std::string_view& text) {
  text.remove_prefix(1);
  const size_t name = NameSize(text);
  if (name == 0) return "an element of the structured data has no id";
  const std::string_view id = text.substr(0, name);
  text.remove_prefix(name);
  const size_t first = parameters_.size();
  while (!text.empty() && text[0] == ' ') {
    text.remove_prefix(1);
    if (const char* why = TakeParameter(text); why != nullptr) return why;
  }
  if (text.empty() || text[0] != ']') return "an element of the structured data is not closed";
  text.remove_prefix(1);
  const size_t before = ids_.size();
  const uint32_t number = ElementNumber(id);
  joined_ |= ids_.size() == before;
  for (size_t i = first; i < parameters_.size(); ++i) parameters_[i].element = number;
  return nullptr;
}

const char* StructuredData::Take(std::string_view& text, std::string_view* elements) {
  ids_.clear();
  numbers_.clear();
  parameters_.clear();
  joined_ = false;
  const std::string_view begin = text;
  if (text.empty() || text[0] != '[') return "the structured data is missing";
  while (!text.empty() && text[0] == '[') {
    if (const char* why = TakeElement(text); why != nullptr) return why;
  }
  *elements = begin.substr(0, begin.size() - text.size());
  return nullptr;
}

uint32_t StructuredData::ElementNumber(std::string_view id) {
  const auto next = static_cast<uint32_t>(ids_.size());
  uint32_t number = 0;
  if (ids_.size() < kFew) {
    number = static_cast<uint32_t>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin());
  } else {
    if (numbers_.empty()) {
      for (uint32_t i = 0; i < next; ++i) numbers_.emplace(ids_[i], i);
    }
    number = numbers_.emplace(id, next).first->second;
  }
  if (number == next) ids_.push_back(id);
  return number;
}

std::string_view StructuredData::Unescaped(const Parameter& parameter) {
  const std::string_view value = parameter.value;
  if (!parameter.escaped) return value;
  unescaped_.clear();
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escapes = value[i] == '\\' && i + 1 < value.size() &&
                         (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    if (escapes) ++i;
    unescaped_ += value[i];
  }
  return unescaped_;
}

void StructuredData::WriteParameters(std::span<Parameter> parameters, RecordWriter& out) {
  const bool sorted = parameters.size() > kFew;
  if (sorted) {
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].written) WriteParameter(parameters.subspan(i), sorted, out);
  }
}

void StructuredData::WriteParameter(std::span<Parameter> parameters, bool sorted,
                                    RecordWriter& out) {
  const std::string_view name = parameters[0].name;
  size_t next = 1;
  // The next of the same name, or the end; sorted ones are neighbours.
  const auto find = [&] {
    while (next < parameters.size() && parameters[next].name != name) {
      next = sorted ? parameters.size() : next + 1;
    }
    return next < parameters.size();
  };
  if (!find()) return out.Field(name, Unescaped(parameters[0]));
  out.BeginArray(name);
  out.Value(Unescaped(parameters[0]));
  for (; find(); ++next) {
    parameters[next].written = true;
    out.Value(Unescaped(parameters[next]));
  }
  out.End();
}

void StructuredData::Write(std::string_view key, RecordWriter& out) {
  if (joined_) {
    std::stable_sort(parameters_.begin(), parameters_.end(),
                     [](const Parameter& a, const Parameter& b) { return a.element < b.element; });
  }
  out.BeginMap(key);
  size_t next = 0;
  for (uint32_t element = 0; element < ids_.size(); ++element) {
    const size_t first = next;
    while (next < parameters_.size() && parameters_[next].element == element) ++next;
    out.BeginMap(ids_[element]);
    WriteParameters(std::span(parameters_).subspan(first, next - first), out);
    out.End();
  }
  out.End();
}

}  // namespace andon
