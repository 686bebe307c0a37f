// The way back to a flusher, whose loop's thread may end after it.
#pragma once

#include <memory>
#include <utility>

#include "core/base/mutex.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"
#include "core/pipeline/flusher.h"

namespace andon {

class Flusher::Door : public std::enable_shared_from_this<Flusher::Door> {
 public:
  explicit Door(Flusher& flusher) : loop_(&flusher.parts_.loop), flusher_(&flusher) {}

  // Runs `task` on the output's thread unless the flusher is gone by then. Thread: any.
  void Post(UniqueFunction<void(Flusher&)> task) {
    MutexLock lock(mutex_);
    if (loop_ == nullptr) return;
    loop_->Post([door = shared_from_this(), task = std::move(task)]() mutable {
      if (door->flusher_ != nullptr) task(*door->flusher_);
    });
  }
  // Thread: output.
  void Close() {
    MutexLock lock(mutex_);
    loop_ = nullptr;
    flusher_ = nullptr;
  }

 private:
  Mutex mutex_;
  Loop* loop_ GUARDED_BY(mutex_);
  Flusher* flusher_;  // Thread: output.
};

}  // namespace andon
