#include "core/loop/task_queue.h"

#include <iterator>
#include <utility>

namespace andon {

bool TaskQueue::Push(Task task) {
  const MutexLock lock(mutex_);
  posted_.push_back(std::move(task));
  return std::exchange(sleeping_, false);
}

bool TaskQueue::FallAsleep() {
  const MutexLock lock(mutex_);
  if (!posted_.empty()) return false;
  sleeping_ = true;
  asleep_ = true;
  return true;
}

void TaskQueue::WakeUp() {
  if (!asleep_) return;
  asleep_ = false;
  const MutexLock lock(mutex_);
  sleeping_ = false;
}

bool TaskQueue::RunAll(const bool& stop) {
  {
    const MutexLock lock(mutex_);
    if (posted_.empty()) return false;
    running_.swap(posted_);
  }
  size_t next = 0;
  while (next < running_.size() && !stop) {
    Task task = std::move(running_[next++]);
    task();
  }
  if (next < running_.size()) {  // The loop may be run again: what is left goes first then.
    const MutexLock lock(mutex_);
    posted_.insert(posted_.begin(),
                   std::make_move_iterator(running_.begin() + static_cast<std::ptrdiff_t>(next)),
                   std::make_move_iterator(running_.end()));
  }
  running_.clear();
  if (running_.capacity() > kKeptCapacity) running_.shrink_to_fit();
  return true;
}

void TaskQueue::Clear() {
  for (;;) {
    std::vector<Task> tasks;
    {
      const MutexLock lock(mutex_);
      tasks.swap(posted_);
    }
    if (tasks.empty()) return;
  }
}

}  // namespace andon
