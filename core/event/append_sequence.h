// Numbers that come in order, as ranges.
#pragma once

#include <vector>

#include "core/event/run_set.h"

namespace andon {

// The last range grows when `sequence` is the next one; otherwise a new range begins.
inline void AppendSequence(Sequence sequence, std::vector<Range>& ranges) {
  if (!ranges.empty() && ranges.back().last + 1 == sequence) {
    ranges.back().last = sequence;
  } else {
    ranges.push_back({sequence, sequence});
  }
}

}  // namespace andon
