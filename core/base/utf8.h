// UTF-8 (RFC 3629): where text that came from outside stops being it.
#pragma once

#include <cstddef>
#include <string_view>

namespace andon {

// Length of the well-formed character at the front of `text`: 1 to 4; 0 when the bytes there are
// none (overlong forms, surrogates and what lies beyond U+10FFFF included) or the text is empty.
size_t Utf8CharacterSize(std::string_view text);

}  // namespace andon
