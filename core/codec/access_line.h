// One line of Apache's common or combined log format, taken apart.
#pragma once

#include <optional>
#include <string_view>

#include "core/codec/pattern.h"

namespace andon {

// Borrowed from the line; escapes (\") are left as they stand. "-" is not yet taken for nothing.
struct AccessLine {
  std::string_view host;
  std::string_view user;
  std::string_view time;
  std::string_view method;
  std::optional<std::string_view> path;
  std::string_view code;
  std::string_view size;
  std::optional<std::string_view> referer;  // Absent in the common format.
  std::optional<std::string_view> agent;
};

// A hand-written scanner for lines as Apache writes them. False: the line may still be one (escaped
// quotes, a request that is none), which only the pattern can say. Where it says yes the pattern
// finds the same. `*line` is fresh.
bool ScanAccessLine(std::string_view text, AccessLine* line);

// The format as a pattern: the definition. Slower, for what the scanner leaves.
class AccessPattern {
 public:
  AccessPattern();
  // Null, or a literal that says why not.
  const char* Match(std::string_view text, AccessLine* line) const;

 private:
  Pattern pattern_;
};

}  // namespace andon
