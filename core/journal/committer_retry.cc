// Commits that failed: they are kept, and tried again.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/log.h"
#include "core/journal/committer.h"

namespace andon::journal {

void Committer::ReportFailure(const Status& status) {
  metrics_.write_errors.Add();
  ++failures_;
  LogError("journal", "cannot write, events are kept in memory and acknowledgements wait",
           {{"reason", status.message()}, {"tries", failures_}});
  intake_->pressure.SetDisk(true);
  TellPressure();
  // A segment that failed is left at once; then there is no hurry.
  retry_timer_ = loop_.After(failures_ == 1 ? Duration::zero() : kRetryAfter, [this] { Retry(); });
}

void Committer::Retry() {
  if (finished_ || !failed_.has_value()) return;
  CommitControlAlone();
  Commit commit = *std::move(failed_);
  failed_.reset();
  if (!CommitOrKeep(std::move(commit))) return;
  LogInfo("journal", "writes again", {{"tries", failures_}});
  failures_ = 0;
  no_room_ = false;
  PrepareNext();
  LookAtSpace();
  TellPressure();
  RequestCommit();
}

// Where the next segment has no room, cursors can still move in the rest of this one, and that
// frees others.
void Committer::CommitControlAlone() {
  if (disk_ == nullptr) return;
  Commit control;
  control.number = intake_->durable_commit;
  control.urgent = true;
  AddControl(control, false);
  // One that is new begins behind all that comes with what failed.
  const auto is_new = [this](CursorState& cursor) {
    if (cursor.created != StreamPosition{} || cursor.pending) return false;
    std::erase_if(failed_->cursors,
                  [&](const CursorState& known) { return known.number == cursor.number; });
    failed_->cursors.push_back(std::move(cursor));
    return true;
  };
  std::erase_if(control.cursors, is_new);
  const auto take = [&control](CursorState& cursor) {
    if (cursor.created == StreamPosition{}) return false;
    const auto newer = std::ranges::find(control.cursors, cursor.number, &CursorState::number);
    if (newer == control.cursors.end()) control.cursors.push_back(std::move(cursor));
    return true;
  };
  std::erase_if(failed_->cursors, take);
  std::ranges::move(failed_->forgotten, std::back_inserter(control.forgotten));
  failed_->forgotten.clear();
  AddOldest(control);
  if (!control.has_control()) return;
  if (disk_->log->HasRoom(control) && TryCommit(control).ok()) return;
  std::ranges::move(control.cursors, std::back_inserter(failed_->cursors));
  failed_->forgotten = std::move(control.forgotten);
  failed_->oldest = std::max(failed_->oldest, control.oldest);
}

}  // namespace andon::journal
