#include "core/event/tag_pattern_program.h"

namespace andon {
namespace {

using Program = TagPattern::Program;
using Op = Program::Op;

class Matcher {
 public:
  Matcher(const Program::Code& code, std::string_view tag)
      : code_(code), tag_(tag), seen_(code.size()) {}

  bool Run() {
    Enter(0);
    for (at_ = 0; at_ < tag_.size() && !next_.empty(); ++at_) Take();
    return matched_;
  }

 private:
  // Takes the byte at at_ in every state that it suits.
  void Take() {
    now_.swap(next_);
    next_.clear();
    const char c = tag_[at_];
    ++step_;
    for (const size_t pc : now_) {
      const Program::Instruction& instruction = code_[pc];
      if (instruction.op == Op::kByte && instruction.byte == c) Enter(pc + 1);
      if (instruction.op == Op::kAny || (instruction.op == Op::kPart && c != '.')) Enter(pc);
    }
  }

  // Adds `pc` and all that it reaches without taking a byte to the states behind `step_` bytes.
  void Enter(size_t pc) {
    pending_.push_back(pc);
    while (!pending_.empty()) {
      pc = pending_.back();
      pending_.pop_back();
      if (seen_[pc] == step_) continue;
      seen_[pc] = step_;
      Follow(pc);
    }
  }

  void Follow(size_t pc) {
    const Program::Instruction& instruction = code_[pc];
    const size_t taken = step_ - 1;
    switch (instruction.op) {
      case Op::kByte:
        next_.push_back(pc);
        break;
      case Op::kPart:
      case Op::kAny:
        next_.push_back(pc);
        pending_.push_back(pc + 1);
        break;
      case Op::kSplit:
        pending_.push_back(pc + static_cast<size_t>(instruction.other));
        pending_.push_back(pc + static_cast<size_t>(instruction.target));
        break;
      case Op::kJump:
        pending_.push_back(pc + static_cast<size_t>(instruction.target));
        break;
      case Op::kAtStart:
        if (taken == 0) pending_.push_back(pc + 1);
        break;
      case Op::kAtPartEnd:
        if (taken == tag_.size() || tag_[taken] == '.') pending_.push_back(pc + 1);
        break;
      case Op::kMatch:
        matched_ = taken == tag_.size();
        break;
    }
  }

  const Program::Code& code_;
  const std::string_view tag_;
  size_t at_ = 0;
  size_t step_ = 1;  // 1 + bytes taken.
  bool matched_ = false;
  std::vector<size_t> seen_;  // By instruction: the last step that reached it.
  std::vector<size_t> now_;
  std::vector<size_t> next_;
  std::vector<size_t> pending_;
};

}  // namespace

bool RunTagPattern(const Program::Code& code, std::string_view tag) {
  return Matcher(code, tag).Run();
}

}  // namespace andon
