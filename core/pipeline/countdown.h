// Calls `done` when every part that was taken has been let go. Thread: one.
#pragma once

#include <memory>
#include <utility>

#include "core/base/unique_function.h"

namespace andon {

class Countdown {
 public:
  // Copyable; the last one that goes ends the countdown.
  using Part = std::shared_ptr<void>;

  // With no part taken, `done` is called when the Countdown is destroyed.
  explicit Countdown(UniqueFunction<void()> done) : end_(std::make_shared<End>(std::move(done))) {}
  Part Take() const { return end_; }

 private:
  struct End {
    explicit End(UniqueFunction<void()> d) : done(std::move(d)) {}
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    ~End() { done(); }
    UniqueFunction<void()> done;
  };
  std::shared_ptr<End> end_;
};

}  // namespace andon
