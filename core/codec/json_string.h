// What a JSON string makes of bytes that are no UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace andon {

// How many bytes at the front of `text`, which begins with no whole character, one U+FFFD stands
// for: the longest part of a character that is there (Unicode 15, section 3.9, "substitution of
// maximal subparts"). At least 1.
size_t Utf8BrokenSize(std::string_view text);

}  // namespace andon
