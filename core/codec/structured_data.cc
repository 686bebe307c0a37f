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
#if defined(__SSE2__)
  if (text.size() >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    const __m128i marks = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('=')),
                                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8(']'))),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    const uint32_t ends =
        Invisible16(text.data()) | static_cast<uint32_t>(_mm_movemask_epi8(marks));
    if (ends != 0) return static_cast<size_t>(__builtin_ctz(ends));
    size = 16;
  }
#endif
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
inline const char* StructuredData::TakeParameter(std::string_view& text) {
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

inline uint32_t StructuredData::ElementNumber(std::string_view id) {
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

inline const char* StructuredData::TakeElement(std::string_view& text) {
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

const char* StructuredData::Take(std::string_view& untaken, std::string_view* elements) {
  std::string_view text = untaken;  // Where it is stays in a register.
  ids_.clear();
  if (!numbers_.empty()) numbers_.clear();  // Of one that is empty too it clears the buckets.
  parameters_.clear();
  joined_ = false;
  const std::string_view begin = text;
  if (text.empty() || text[0] != '[') return "the structured data is missing";
  while (!text.empty() && text[0] == '[') {
    if (const char* why = TakeElement(text); why != nullptr) return why;
  }
  *elements = begin.substr(0, begin.size() - text.size());
  untaken = text;
  return nullptr;
}

inline std::string_view StructuredData::Unescaped(const Parameter& parameter) {
  return parameter.escaped ? Unescape(parameter.value) : parameter.value;
}

std::string_view StructuredData::Unescape(std::string_view value) {
  unescaped_.clear();
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escapes = value[i] == '\\' && i + 1 < value.size() &&
                         (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    if (escapes) ++i;
    unescaped_ += value[i];
  }
  return unescaped_;
}

uint32_t StructuredData::CountNames(std::span<Parameter> parameters, bool sorted) {
  uint32_t names = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    Parameter& first = parameters[i];
    if (first.values == 0) continue;
    ++names;
    for (Parameter& later : parameters.subspan(i + 1)) {
      if (later.name == first.name) {
        ++first.values;
        later.values = 0;
      } else if (sorted) {
        break;  // Those of one name are neighbours.
      }
    }
  }
  return names;
}

void StructuredData::WriteParameters(std::span<Parameter> parameters, MsgpackPen& pen) {
  const bool sorted = parameters.size() > kFew;
  if (sorted) {
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  }
  pen.MapHeader(CountNames(parameters, sorted));
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.values == 0) continue;
    pen.String(parameter.name);
    if (parameter.values > 1) {
      WriteValues(parameters.subspan(i), pen);
    } else {
      pen.String(Unescaped(parameter));
    }
  }
}

void StructuredData::WriteValues(std::span<Parameter> parameters, MsgpackPen& pen) {
  const Parameter& first = parameters[0];
  pen.ArrayHeader(first.values);
  uint32_t left = first.values;
  for (size_t i = 0; left > 0; ++i) {
    if (parameters[i].name != first.name) continue;
    pen.String(Unescaped(parameters[i]));
    --left;
  }
}

void StructuredData::Write(MsgpackPen& pen) {
  if (joined_) {
    std::stable_sort(parameters_.begin(), parameters_.end(),
                     [](const Parameter& a, const Parameter& b) { return a.element < b.element; });
  }
  pen.MapHeader(static_cast<uint32_t>(ids_.size()));
  size_t next = 0;
  for (uint32_t element = 0; element < ids_.size(); ++element) {
    const size_t first = next;
    while (next < parameters_.size() && parameters_[next].element == element) ++next;
    pen.String(ids_[element]);
    WriteParameters(std::span(parameters_).subspan(first, next - first), pen);
  }
}

}  // namespace andon
