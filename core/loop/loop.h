// One thread's event loop: tasks, timers, descriptors, children. Everything that andon does on a
// thread goes through this interface, so that a test owns the clock and the order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"

namespace andon {

enum class Interest : uint8_t { kNone = 0, kRead = 1, kWrite = 2, kReadWrite = 3 };
constexpr bool Has(Interest set, Interest one) {
  return (static_cast<uint8_t>(set) & static_cast<uint8_t>(one)) != 0;
}

// Destroying it cancels the task. May be destroyed inside its own task. Thread: the loop's.
class Timer {
 public:
  virtual ~Timer() = default;
};

// Destroying it stops watching; the descriptor stays open and must outlive the watch.
class Watch {
 public:
  virtual ~Watch() = default;
  // Level-triggered. kNone pauses. Cheap when nothing changes.
  virtual void Set(Interest what) = 0;
};

struct SpawnOptions {
  std::vector<std::string> command;      // command[0] is looked up in PATH.
  std::vector<std::string> environment;  // Besides the parent's: NAME=value.
  std::string directory;                 // Empty: the parent's.
  // Descriptors for the child's 0, 1, 2; -1 is /dev/null. They stay the caller's.
  int stdio[3] = {-1, -1, -1};
  UniqueFunction<void(int64_t exit_status, int signal)> exited;
};

// A running child process. Destroying it kills the child (SIGKILL) and reaps it.
class Child {
 public:
  virtual ~Child() = default;
  virtual int pid() const = 0;
  virtual Status Signal(int number) = 0;
};

class Loop {
 public:
  virtual ~Loop() = default;
  // The time when this round of the loop began: cheap, and the same all through one callback.
  virtual MonotonicTime Now() const = 0;
  // The wall clock now. It jumps; use it for events' times only.
  virtual EventTime WallNow() const = 0;
  // Runs `task` on the loop's thread, in the order posted, never inside the call. Wakes the loop
  // only when it sleeps. Tasks that are left when the loop ends are destroyed unrun. Thread: any.
  virtual void Post(UniqueFunction<void()> task) = 0;
  // Runs `task` once, not before `delay` has gone by.
  virtual std::unique_ptr<Timer> After(Duration delay, UniqueFunction<void()> task) = 0;
  // Calls `ready` while the descriptor is ready for what is asked. An error or a hang-up is
  // reported as whatever was asked for, so that the next read or write meets it.
  virtual Result<std::unique_ptr<Watch>> WatchFd(int fd, Interest what,
                                                 UniqueFunction<void(Interest)> ready) = 0;
  virtual Result<std::unique_ptr<Child>> Spawn(SpawnOptions options) = 0;
};

// A loop with a thread of its own to run on.
class RunnableLoop : public Loop {
 public:
  // Runs until Quit. A loop may be run again after it has returned.
  virtual void Run() = 0;
  virtual void Quit() = 0;  // Thread: any. What was posted before still runs.
};

}  // namespace andon
