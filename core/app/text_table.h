// Columns of text for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace andon {

// Characters, not bytes: what a terminal gives a place to (double-width ones counted as one).
size_t DisplayWidth(std::string_view text);

// `text` broken at spaces into lines of at most `width` characters; a longer word stays whole.
std::vector<std::string> WrapText(std::string_view text, size_t width);

// Rows whose columns begin under each other, two spaces apart and `indent` in front; the last
// column is wrapped at `width` characters in all. No line ends with spaces.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows, size_t indent,
                        size_t width);

// What the terminal on stdout shows in a line: 60 to 120; 100 when it is none.
size_t TerminalWidth();

}  // namespace andon
