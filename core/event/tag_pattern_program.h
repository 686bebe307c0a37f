// A match pattern as a small program that runs over a tag, all ways at once
// (https://swtch.com/~rsc/regexp/regexp2.html): no pattern makes it slow.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/event/tag_pattern.h"

namespace andon {

struct TagPattern::Program {
  enum class Op : uint8_t {
    kByte,       // Takes `byte`.
    kPart,       // Takes any number of bytes that are no dot.
    kAny,        // Takes any number of bytes.
    kSplit,      // Goes on at both targets.
    kJump,       // Goes on at `target`.
    kAtStart,    // Goes on where nothing was taken yet.
    kAtPartEnd,  // Goes on before a dot or at the end.
    kMatch,
  };
  // Targets are relative to the instruction.
  struct Instruction {
    Op op;
    char byte = 0;
    int32_t target = 1;
    int32_t other = 1;
  };
  using Code = std::vector<Instruction>;

  std::vector<Code> patterns;  // One matches: all match.
};

// One pattern without spaces, which stands at `offset` of the whole text.
Result<TagPattern::Program::Code> CompileTagPattern(std::string_view pattern, size_t offset);

bool RunTagPattern(const TagPattern::Program::Code& code, std::string_view tag);

}  // namespace andon
