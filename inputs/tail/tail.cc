// inputs/tail: follows files and makes an event of each line, once: through rotation by rename or
// copytruncate, and restarts of andond.
//
//   inputs:
//     - type: tail
//       id: access
//       path: [/var/log/apache2/*.log]
//       exclude: [/var/log/apache2/other*.log]
//       tag: log.http.access
//       read_from: head
//       parse: {type: apache2}
//
// Its positions are stored under its id: with another id it begins anew.

#include "core/plugin/position_text.h"
#include "core/plugin/registry.h"
#include "inputs/tail/position.h"
#include "inputs/tail/tail_input.h"

namespace andon::tail {
namespace {

const Register<Input, TailInput> kTail("tail", "follows files and makes an event of each line");

const RegisterPositionText kText("tail", [](std::string_view value) -> std::optional<std::string> {
  if (value == kStartedValue) return "has run";
  const auto position = DecodePosition(value);
  if (!position.ok()) return std::nullopt;
  return "byte " + std::to_string(position->offset) + " of " + position->path;
});

}  // namespace
}  // namespace andon::tail
