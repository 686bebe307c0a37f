// A set of a lane's numbers, as ranges that can be added, taken out and cut.
#pragma once

#include <vector>

#include "core/event/run_set.h"

namespace andon::forward {

class RangeSet {
 public:
  bool empty() const { return ranges_.empty(); }
  // In order, apart from each other.
  const std::vector<Range>& ranges() const { return ranges_; }
  uint64_t count() const;
  Sequence last() const { return ranges_.empty() ? 0 : ranges_.back().last; }

  void Add(Range range);
  void Remove(Range range);
  // What `range` and this have in common.
  std::vector<Range> Common(Range range) const;
  bool operator==(const RangeSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace andon::forward
