// Which segments may go.
#pragma once

#include <cstdint>
#include <map>

#include "core/journal/journal.h"
#include "core/journal/segments.h"

namespace andon::journal {

struct Space {
  uint64_t used = 0;   // Closed segments whole, the open one as far as it is written.
  uint64_t limit = 0;  // Above it the next segment would not fit.
  uint64_t clock_ns = 0;
};

struct RetentionPlan {
  uint64_t oldest = 0;   // Segments before it may go.
  bool dropped = false;  // Some of them have what an output has not finished.
};

// `resume`: the earliest place that any cursor still needs. The open segment never goes.
RetentionPlan PlanRetention(const std::map<uint64_t, Segment>& segments,
                            const StreamPosition& resume, const Space& space,
                            const JournalOptions& options);

}  // namespace andon::journal
