// Ruby's regular expressions rewritten as PCRE2's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace andon {

struct PatternSyntax {
  std::string pcre;             // What PCRE2 is given.
  std::vector<size_t> origins;  // For each of its bytes, and its end: the byte in the original.
  bool ignore_case = false;
  bool dot_all = false;
  bool extended = false;
  bool utf8 = false;  // The pattern names characters beyond ASCII.
};

// Cannot fail: what is wrong with the pattern PCRE2 finds.
PatternSyntax TranslatePattern(std::string_view ruby);

}  // namespace andon
