#include "core/journal/retention.h"

#include <algorithm>

namespace andon::journal {

RetentionPlan PlanRetention(const std::map<uint64_t, Segment>& segments,
                            const StreamPosition& resume, const Space& space,
                            const JournalOptions& options) {
  RetentionPlan plan;
  if (segments.empty()) return plan;
  plan.oldest = segments.begin()->first;
  uint64_t used = space.used;
  const auto retain = static_cast<uint64_t>(options.retain.count());
  for (const auto& [number, segment] : segments) {
    plan.oldest = number;
    if (number == segments.rbegin()->first) break;
    const bool finished = resume >= StreamPosition{number, segment.end};
    const bool over = used > space.limit;
    // By the journal's own clock, which counts only the time it runs: the wall clock may jump.
    const bool expired = retain == 0 || space.clock_ns >= segment.closed_ns + retain;
    if (finished ? !expired && !over : !over || options.overflow == Overflow::kBlock) break;
    plan.dropped = plan.dropped || !finished;
    used -= std::min(used, segment.file_bytes);
  }
  return plan;
}

}  // namespace andon::journal
