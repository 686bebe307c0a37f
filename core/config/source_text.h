// The text of one configuration file: checked before it is parsed, and the place of every byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/config_node.h"

namespace andon {

// Largest configuration file in bytes.
inline constexpr size_t kMaxConfigBytes = size_t{4} << 20;

class SourceText {
 public:
  // Drops a UTF-8 byte order mark.
  SourceText(std::string name, std::string_view untrusted);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  // True when the text is UTF-8 without control characters and not too long; else adds what is
  // wrong, with its place.
  bool Check(std::vector<Problem>* problems) const;

  // The place of the byte `column` (from 0) in `line` (from 0). Beyond the end: the end.
  Mark At(size_t line, size_t column) const;
  // Everything from there on.
  std::string_view From(size_t line, size_t column) const;
  std::string_view Line(size_t line) const;  // Without its end; empty beyond the last one.

 private:
  Mark AtOffset(size_t offset) const;

  std::string name_;
  std::string_view text_;
  std::vector<size_t> line_starts_;
};

}  // namespace andon
