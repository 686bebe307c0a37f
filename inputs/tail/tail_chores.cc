// What is to be done with files that do not change: their last lines flushed, closed, forgotten.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/log.h"
#include "inputs/tail/tail_input.h"

namespace andon::tail {
namespace {

constexpr Duration kForgetRenamed = std::chrono::hours(24);

}  // namespace

// When something is to be done with a file although it does not change.
MonotonicTime TailInput::DueOf(const TailedFile& file) const {
  MonotonicTime due = MonotonicTime::max();
  if (file.leaving.has_value()) {
    due = std::max(file.last_read, *file.leaving) +
          (file.is_open() ? config_.rotate_wait : kForgetRenamed);
  } else if (file.is_open()) {
    due = file.last_read + config_.close_after;
  }
  if (file.pending() && config_.flush_after > Duration::zero()) {
    due = std::min(due, file.last_read + config_.flush_after);
  }
  return due;
}

void TailInput::ScheduleChores(MonotonicTime due) {
  if (!running() || due >= chores_due_) return;
  chores_due_ = due;
  const Duration wait = std::max(due - context_->loop.Now(), Duration::zero());
  chores_ = context_->loop.After(wait, [this] { Chores(); });
}

void TailInput::Chores() {
  chores_due_ = MonotonicTime::max();
  if (paused_) return;  // Resume calls again.
  turn_->Begin();
  const MonotonicTime now = context_->loop.Now();
  MonotonicTime next = open_.CloseIdle(now - config_.close_after);
  if (next != MonotonicTime::max()) next += config_.close_after;
  for (auto& [id, file] : files_) {
    if (!file->leaving.has_value() && !file->pending()) continue;
    if (DueOf(*file) <= now) {
      FlushIdle(*file);
      if (file->leaving.has_value()) EndLeaving(*file);
    }
    if (ended_.empty() || ended_.back() != id)
      next = std::min(next, std::max(DueOf(*file), now + kScanPause));
  }
  turn_->Emit(*emitter_);
  DropEnded();
  if (next != MonotonicTime::max()) ScheduleChores(next);
}

void TailInput::FlushIdle(TailedFile& file) {
  const MonotonicTime now = context_->loop.Now();
  if (!file.pending() || file.queued || config_.flush_after <= Duration::zero() ||
      file.last_read + config_.flush_after > now) {
    return;
  }
  Flush(file);
}

void TailInput::Flush(TailedFile& file) {
  file.Flush(turn_->SinkFor(file));
  turn_->Touch(file);
}

// A file that left and has not grown for a while is closed. As long as it is there under another
// name, somebody may still write to it: then it is opened again.
void TailInput::EndLeaving(TailedFile& file) {
  const MonotonicTime now = context_->loop.Now();
  if (!file.is_open()) {
    if (std::max(file.last_read, *file.leaving) + kForgetRenamed <= now) EndClosed(file);
    return;
  }
  if (std::max(file.last_read, *file.leaving) + config_.rotate_wait > now) return;
  const auto info = file.file().Look();
  if (file.queued || (info.has_value() && info->size > file.read())) return Queue(file);
  if (file.pending()) Flush(file);
  if (info.has_value() && info->links == 0) {
    End(file);
  } else {
    open_.Close(file);
  }
}

// A file that cannot be opened now is not done with while it is there and has more than was read.
void TailInput::EndClosed(TailedFile& file) {
  const auto info = file.Find();
  const bool gone = !info.has_value() && errno == ENOENT;
  if (gone || (info.has_value() && info->size <= file.read())) return End(file);
  file.leaving = context_->loop.Now();
  Queue(file);
}

// The file is done with when this turn has been emitted.
void TailInput::End(TailedFile& file) {
  LogDebug(context_->id, "file is done with", {{"path", file.path}, {"read_up_to", file.read()}});
  turn_->Forget(file);
  turn_->Erase(file.id());
  ended_.push_back(file.id());
}

void TailInput::DropEnded() {
  for (const FileId& id : std::exchange(ended_, {})) Drop(id);
}

void TailInput::Drop(const FileId& id) {
  const auto found = files_.find(id);
  if (found == files_.end()) return;
  TailedFile& file = *found->second;
  open_.Close(file);
  watches_->Remove(file);
  std::erase(ready_, &file);
  turn_->Forget(file);
  files_.erase(found);
}

void TailInput::EraseForgotten() {
  const std::vector<FileId> forgotten = stored_->TakeForgotten(context_->loop.Now());
  for (const FileId& id : forgotten) {
    if (!files_.contains(id)) turn_->Erase(id);
  }
  if (!turn_->erases() || scanning_at_start_) return;
  turn_->Begin();
  turn_->Emit(*emitter_);
}

}  // namespace andon::tail
