// A value as text: what patterns look at and templates put into strings.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/event/value_view.h"

namespace andon {

// Room for any number.
using NumberText = std::array<char, 40>;

// Strings and binaries as they are; numbers in decimal, floats in the shortest form that reads back
// the same; true and false. An empty optional: nil, arrays, maps and exts have no text. The result
// borrows the value or `room`.
std::optional<std::string_view> TextOf(ValueView value, NumberText& room);

}  // namespace andon
