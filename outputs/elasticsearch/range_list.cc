#include "outputs/elasticsearch/range_list.h"

#include <algorithm>

namespace andon::elasticsearch {

void RangeList::Add(Range range) {
  if (range.first > range.last) return;
  std::vector<Range> merged;
  for (const Range& one : ranges_) {
    const bool apart = one.last + 1 < range.first || range.last + 1 < one.first;
    if (apart) {
      merged.push_back(one);
    } else {
      range = {std::min(one.first, range.first), std::max(one.last, range.last)};
    }
  }
  merged.push_back(range);
  std::ranges::sort(merged, {}, &Range::first);
  ranges_ = std::move(merged);
}

void RangeList::Remove(Range range) {
  std::vector<Range> left;
  for (const Range& one : ranges_) {
    if (one.last < range.first || range.last < one.first) {
      left.push_back(one);
      continue;
    }
    if (one.first < range.first) left.push_back({one.first, range.first - 1});
    if (range.last < one.last) left.push_back({range.last + 1, one.last});
  }
  ranges_ = std::move(left);
}

std::vector<Range> RangeList::Common(Range range) const {
  std::vector<Range> common;
  for (const Range& one : ranges_) {
    const Range both{std::max(one.first, range.first), std::min(one.last, range.last)};
    if (both.first <= both.last) common.push_back(both);
  }
  return common;
}

}  // namespace andon::elasticsearch
