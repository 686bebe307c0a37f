// Positions as people read them. An input registers how its own do, by what the names of its
// sources begin with:
//
//   const RegisterPositionText kText("tail", [](std::string_view value) { return ...; });
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace andon {

// Nothing when the value is damaged.
using PositionTextFunction = std::optional<std::string> (*)(std::string_view value);

class RegisterPositionText {
 public:
  // `prefix` is the source's name up to its first colon. Grows before main. Thread: main.
  RegisterPositionText(std::string_view prefix, PositionTextFunction text);
};

// "byte 404 of /var/log/a.log" for a source `tail:...`. Nothing when nobody knows how it reads.
std::optional<std::string> PositionText(std::string_view source, std::string_view value);

}  // namespace andon
