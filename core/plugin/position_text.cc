#include "core/plugin/position_text.h"

#include <map>

namespace andon {
namespace {

std::map<std::string, PositionTextFunction, std::less<>>& Functions() {
  static std::map<std::string, PositionTextFunction, std::less<>> functions;
  return functions;
}

}  // namespace

RegisterPositionText::RegisterPositionText(std::string_view prefix, PositionTextFunction text) {
  Functions().emplace(prefix, text);
}

std::optional<std::string> PositionText(std::string_view source, std::string_view value) {
  const auto found = Functions().find(source.substr(0, source.find(':')));
  if (found == Functions().end()) return std::nullopt;
  return found->second(value);
}

}  // namespace andon
