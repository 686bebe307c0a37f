#include <string>

#include "core/event/tag_pattern_program.h"

namespace andon {
namespace {

using Program = TagPattern::Program;
using Op = Program::Op;

constexpr size_t kMaxPatternBytes = 4096;
constexpr int kMaxNesting = 32;

void Append(Program::Code& code, const Program::Code& more) {
  code.insert(code.end(), more.begin(), more.end());
}

int32_t Distance(size_t count) { return static_cast<int32_t>(count); }

// split first, rest; first; jump behind rest; rest
Program::Code Either(const Program::Code& first, const Program::Code& rest) {
  Program::Code code;
  code.push_back({Op::kSplit, 0, 1, Distance(first.size()) + 2});
  Append(code, first);
  code.push_back({Op::kJump, 0, Distance(rest.size()) + 1});
  Append(code, rest);
  return code;
}

class Compiler {
 public:
  Compiler(std::string_view pattern, size_t offset) : pattern_(pattern), offset_(offset) {}

  Result<Program::Code> Compile() {
    if (pattern_.size() > kMaxPatternBytes) {
      return InvalidConfig("match pattern is longer than " + std::to_string(kMaxPatternBytes) +
                           " bytes");
    }
    if (pattern_.front() == '/') {
      return Mistake(0, "\"/\"", "begins a regular expression, which match does not take");
    }
    ASSIGN_OR_RETURN(Program::Code code, Sequence(0));
    if (at_ < pattern_.size()) return Mistake(at_, "\"}\"", "was never opened");
    code.push_back({Op::kMatch});
    return code;
  }

 private:
  // Up to the end, or inside braces to the `,` or `}` that ends it.
  Result<Program::Code> Sequence(int nesting) {
    Program::Code code;
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '}' || (c == ',' && nesting > 0)) break;
      if (c == '{') {
        ASSIGN_OR_RETURN(const Program::Code group, Group(nesting + 1));
        Append(code, group);
      } else if (c == '\\') {
        if (at_ + 1 == pattern_.size()) return Mistake(at_, "\"\\\"", "has nothing behind it");
        code.push_back({Op::kByte, pattern_[at_ + 1]});
        at_ += 2;
      } else {
        Plain(code);
      }
    }
    return code;
  }

  // A wildcard or a byte that stands for itself.
  void Plain(Program::Code& code) {
    const std::string_view rest = pattern_.substr(at_);
    if (rest.starts_with(".**")) {
      // The dot is optional where `**` stands for nothing: `a.**` matches `a`.
      code.push_back({Op::kAtPartEnd});
      ++at_;
      AnyParts(code);
    } else if (rest.starts_with("**")) {
      AnyParts(code);
    } else if (rest.front() == '*') {
      code.push_back({Op::kPart});
      ++at_;
    } else {
      code.push_back({Op::kByte, rest.front()});
      ++at_;
    }
  }

  // `**.` is any number of whole parts with their dots, `**` before anything else any bytes.
  void AnyParts(Program::Code& code) {
    at_ += 2;
    if (at_ < pattern_.size() && pattern_[at_] == '.') {
      ++at_;
      Append(code, Either({{Op::kAny}, {Op::kByte, '.'}}, {{Op::kAtStart}}));
    } else {
      code.push_back({Op::kAny});
    }
  }

  Result<Program::Code> Group(int nesting) {
    const size_t opened = at_;
    if (nesting > kMaxNesting) return Mistake(opened, "\"{\"", "is nested too deeply");
    std::vector<Program::Code> choices;
    do {
      ++at_;  // The `{` or the `,`.
      ASSIGN_OR_RETURN(Program::Code choice, Sequence(nesting));
      choices.push_back(std::move(choice));
    } while (at_ < pattern_.size() && pattern_[at_] == ',');
    if (at_ == pattern_.size()) return Mistake(opened, "\"{\"", "is never closed");
    ++at_;
    Program::Code code = std::move(choices.back());
    for (size_t i = choices.size() - 1; i-- > 0;) code = Either(choices[i], code);
    return code;
  }

  Status Mistake(size_t at, std::string_view what, std::string_view why) const {
    std::string message(what);
    message += " at " + std::to_string(offset_ + at + 1) + " ";
    message += why;
    return InvalidConfig(std::move(message));
  }

  std::string_view pattern_;
  size_t offset_;
  size_t at_ = 0;
};

}  // namespace

Result<Program::Code> CompileTagPattern(std::string_view pattern, size_t offset) {
  return Compiler(pattern, offset).Compile();
}

}  // namespace andon
