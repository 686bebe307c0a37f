#include "core/event/tag_pattern.h"

#include <algorithm>

#include "core/event/tag_pattern_program.h"

namespace andon {

Result<TagPattern> TagPattern::Parse(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  auto program = std::make_shared<Program>();
  size_t at = text.find_first_not_of(kSpace);
  while (at != std::string_view::npos) {
    const size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    ASSIGN_OR_RETURN(Program::Code code, CompileTagPattern(text.substr(at, end - at), at));
    program->patterns.push_back(std::move(code));
    at = text.find_first_not_of(kSpace, end);
  }
  if (program->patterns.empty()) {
    return InvalidConfig("match pattern is empty; \"**\" matches every tag");
  }
  TagPattern pattern;
  pattern.text_ = text;
  pattern.program_ = std::move(program);
  return pattern;
}

bool TagPattern::Matches(std::string_view tag) const {
  if (program_ == nullptr) return false;
  return std::any_of(program_->patterns.begin(), program_->patterns.end(),
                     [&](const Program::Code& code) { return RunTagPattern(code, tag); });
}

}  // namespace andon
