// When to stop reading: the memory mark with hysteresis, and what the disk says.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace andon::journal {

// Thread: any. Who pauses because of full() says so with Wait() and then looks again: whoever
// makes it false afterwards finds that out with TakeWaiting() and informs the lanes. Without that a
// lane that fills it up while a commit ends could miss its end.
class Pressure {
 public:
  explicit Pressure(size_t memory_bytes) : high_(memory_bytes), low_(memory_bytes / 2) {}

  // Memory that holds what is not durable yet (without a journal: not delivered).
  void Add(size_t bytes) {
    if (held_.fetch_add(bytes) + bytes <= high_) return;
    memory_full_ = true;
    if (held_ <= low_) memory_full_ = false;  // Sub was faster.
  }
  void Sub(size_t bytes) {
    if (held_.fetch_sub(bytes) - bytes > low_) return;
    memory_full_ = false;
    if (held_ > high_) memory_full_ = true;  // Add was faster.
  }
  size_t held() const { return held_; }

  // No room on the disk, or it refuses to write.
  void SetDisk(bool full) { disk_full_ = full; }
  bool full() const { return memory_full_ || disk_full_; }

  void Wait() { waiting_ = true; }
  // Whether somebody waits who may go on now; once.
  bool TakeWaiting() { return waiting_ && !full() && waiting_.exchange(false); }

 private:
  const size_t high_;
  const size_t low_;
  std::atomic<size_t> held_{0};
  std::atomic<bool> memory_full_{false};
  std::atomic<bool> disk_full_{false};
  std::atomic<bool> waiting_{false};
};

}  // namespace andon::journal
