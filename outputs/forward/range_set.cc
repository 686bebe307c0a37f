#include "outputs/forward/range_set.h"

#include <algorithm>

namespace andon::forward {

uint64_t RangeSet::count() const {
  uint64_t count = 0;
  for (const Range& range : ranges_) count += range.last - range.first + 1;
  return count;
}

void RangeSet::Add(Range range) {
  if (range.first > range.last) return;
  // The first that touches or overlaps `range`, and the first that does not any more.
  const auto begin =
      std::lower_bound(ranges_.begin(), ranges_.end(), range.first,
                       [](const Range& one, Sequence first) { return one.last + 1 < first; });
  auto end = begin;
  for (; end != ranges_.end() && end->first <= range.last + 1; ++end) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
  }
  ranges_.insert(ranges_.erase(begin, end), range);
}

void RangeSet::Remove(Range range) {
  if (range.first > range.last) return;
  const auto begin =
      std::lower_bound(ranges_.begin(), ranges_.end(), range.first,
                       [](const Range& one, Sequence first) { return one.last < first; });
  auto end = begin;
  std::vector<Range> kept;
  for (; end != ranges_.end() && end->first <= range.last; ++end) {
    if (end->first < range.first) kept.push_back({end->first, range.first - 1});
    if (end->last > range.last) kept.push_back({range.last + 1, end->last});
  }
  ranges_.insert(ranges_.erase(begin, end), kept.begin(), kept.end());
}

std::vector<Range> RangeSet::Common(Range range) const {
  std::vector<Range> common;
  auto at = std::lower_bound(ranges_.begin(), ranges_.end(), range.first,
                             [](const Range& one, Sequence first) { return one.last < first; });
  for (; at != ranges_.end() && at->first <= range.last; ++at) {
    common.push_back({std::max(at->first, range.first), std::min(at->last, range.last)});
  }
  return common;
}

}  // namespace andon::forward
