// The numbers of a JSON text, each with the keys that lead to it.
#pragma once

#include <span>
#include <string_view>

namespace andon::kafka {

class JsonVisitor {
 public:
  // `path` is borrowed; keys are as they stand in the text, escapes and all.
  virtual void OnNumber(std::span<const std::string_view> path, double value) = 0;

 protected:
  ~JsonVisitor() = default;
};

// Visits until the text ends or is no JSON; lists are stepped over. False when it was not whole.
bool WalkJson(std::string_view untrusted, JsonVisitor& visitor);

}  // namespace andon::kafka
