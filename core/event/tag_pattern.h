// fluentd's match patterns: `*` is one part, `**` any number of parts (none too), `{a,b}` either;
// several patterns stand side by side, divided by spaces. `a.**` matches `a` too, and `**.a` does.
// `\` takes the character behind it as it is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace andon {

class TagPattern {
 public:
  // kInvalidConfig with the place of the mistake, e.g. `"{" at 5 is never closed`.
  static Result<TagPattern> Parse(std::string_view text);
  // Matches nothing.
  TagPattern() = default;

  bool Matches(std::string_view tag) const;
  const std::string& text() const { return text_; }

  struct Program;  // tag_pattern_program.h

 private:
  std::string text_;
  std::shared_ptr<const Program> program_;
};

}  // namespace andon
