// Tasks that other threads give to a loop. Tells who posts whether the loop sleeps, once a sleep,
// so that a loop that is awake costs no wake-up.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/unique_function.h"

namespace andon {

class TaskQueue {
 public:
  using Task = UniqueFunction<void()>;

  // True when the caller must wake the loop. Thread: any.
  bool Push(Task task);
  // False when there are tasks and the loop must not sleep. Thread: the loop's, as the rest.
  bool FallAsleep();
  void WakeUp();
  // Runs what had been pushed when it was called, up to and with the one after which `stop` is
  // true. False when nothing was there.
  bool RunAll(const bool& stop);
  // Destroys all tasks unrun, also those that this makes others push.
  void Clear();

 private:
  // A burst's memory is given back.
  static constexpr size_t kKeptCapacity = 256;

  bool asleep_ = false;  // The loop's own copy of sleeping_: no lock while awake.
  std::vector<Task> running_;
  Mutex mutex_;
  std::vector<Task> posted_ GUARDED_BY(mutex_);
  bool sleeping_ GUARDED_BY(mutex_) = false;
};

}  // namespace andon
