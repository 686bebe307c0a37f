#include "core/event/entry.h"
#include "core/event/entry_head.h"
#include "core/event/value_walk.h"

namespace andon {

EntryValidator::Progress EntryValidator::Walk(Bytes untrusted) {
  Progress progress{0, 0, {}, WalkOutcome::kOk};
  while (progress.bytes < untrusted.size()) {
    const Bytes rest = untrusted.subspan(progress.bytes);
    ValueWalk walk;
    progress.outcome = walk.Continue(rest);
    if (progress.outcome == WalkOutcome::kMore) return progress;
    if (progress.outcome == WalkOutcome::kInvalid) {
      error_ = walk.too_deep() ? "entry is nested too deeply" : "entry is not msgpack";
      bad_value_bytes_ = 0;
      return progress;
    }
    const EntryHead head = ReadEntryHead(rest.data());
    if (head.error != nullptr) {
      progress.outcome = WalkOutcome::kInvalid;
      error_ = head.error;
      bad_value_bytes_ = walk.offset();
      return progress;
    }
    ++progress.count;
    progress.bytes += walk.offset();
    progress.times.Add(head.time);
  }
  return progress;
}

}  // namespace andon
