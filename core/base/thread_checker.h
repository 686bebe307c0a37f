// Asserts that a class is used by one thread only: the first that calls.
#pragma once

#include <atomic>
#include <thread>

#include "core/base/check.h"

namespace andon {

class ThreadChecker {
 public:
  // Ends the process when another thread called before.
  void Check() const {
    const std::thread::id self = std::this_thread::get_id();
    std::thread::id owner = owner_.load(std::memory_order_relaxed);
    if (owner == std::thread::id() && owner_.compare_exchange_strong(owner, self)) return;
    CHECK(owner == self || owner == std::thread::id());
  }
  // The next caller becomes the owner: for objects made on one thread and handed to another.
  void Detach() { owner_.store(std::thread::id()); }

 private:
  mutable std::atomic<std::thread::id> owner_{};
};

}  // namespace andon
