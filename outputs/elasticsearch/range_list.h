// Numbers as ranges, sorted and apart from each other.
#pragma once

#include <span>
#include <vector>

#include "core/event/run_set.h"

namespace andon::elasticsearch {

class RangeList {
 public:
  void Add(Range range);
  void Remove(Range range);
  // What of `range` is in the list.
  std::vector<Range> Common(Range range) const;
  bool empty() const { return ranges_.empty(); }
  const std::vector<Range>& ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

}  // namespace andon::elasticsearch
