// Regular expressions as fluentd's users write them, on PCRE2 with JIT. Patterns have Ruby's
// meaning where the two differ: `^` and `$` match at every line, `(?m)` lets the dot match a line
// end, `\h` is a hexadecimal digit. `/text/imx` is taken too.
//
// Bytes are matched as they come: a pattern of ASCII characters only looks at bytes; one that names
// others (ä, \x{e4}, \p{L}) looks at UTF-8 characters and steps over bytes that are none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/config/config_value.h"

namespace andon {

struct PatternOptions {
  bool ignore_case = false;
  bool multiline = false;  // Ruby's: the dot matches a line end too.
  // How much backtracking one match may need before it is given up.
  uint32_t match_limit = 1'000'000;
};

// What a match found. Borrows the text, and the calling thread's memory: valid until that thread
// matches again.
class Captures {
 public:
  // Group 0 is the whole match. An empty optional when the group took no part in the match.
  std::optional<std::string_view> operator[](size_t group) const {
    if (group >= count_ || offsets_[2 * group] == SIZE_MAX) return std::nullopt;
    const size_t begin = offsets_[2 * group];
    return text_.substr(begin, offsets_[2 * group + 1] - begin);
  }
  // The whole match. Call after a match only.
  std::string_view whole() const { return (*this)[0].value_or(std::string_view()); }

 private:
  friend class Pattern;
  std::string_view text_;
  const size_t* offsets_ = nullptr;
  size_t count_ = 0;
};

// A compiled pattern: a value, whose copies share the code. Thread: any.
class Pattern {
 public:
  enum class Outcome : uint8_t {
    kNoMatch,
    kMatch,
    kLimit,  // Given up: it is not known whether the text matches.
  };
  struct Group {
    std::string name;
    size_t index;
  };

  // kInvalidConfig: `pattern "^(a": column 4: missing closing parenthesis`.
  static Result<Pattern> Compile(std::string_view text, PatternOptions options = {});
  // Matches nothing.
  Pattern() = default;

  // Whether the pattern matches anywhere in `subject`; a match that is given up counts as none.
  bool Matches(std::string_view subject) const { return Match(subject) == Outcome::kMatch; }
  Outcome Match(std::string_view subject) const { return Match(subject, nullptr); }
  // `captures` (if not null) is set when the outcome is kMatch.
  Outcome Match(std::string_view subject, Captures* captures) const {
    return MatchFrom(subject, 0, captures);
  }
  // The first match that begins at `offset` or later; `^` and look-behind see what is before it.
  Outcome MatchFrom(std::string_view subject, size_t offset, Captures* captures) const;

  // The named groups in the order in which they stand; a name may be there more than once.
  const std::vector<Group>& groups() const;
  const std::string& text() const;  // As given.
  bool empty() const { return code_ == nullptr; }
  bool operator==(const Pattern& other) const { return text() == other.text(); }

 private:
  struct Code;
  std::shared_ptr<const Code> code_;
};

template <>
struct ConfigValue<Pattern> {
  static std::optional<Pattern> Read(const ConfigNode& node);
  static std::string TypeName() { return "pattern"; }
  static std::string ToText(const Pattern& value) { return value.text(); }
};

}  // namespace andon
