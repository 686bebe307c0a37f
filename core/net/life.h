// Tells who calls a callback whether the object that holds it was destroyed inside.
//
//   Life::Watch watch(life_);
//   callback();
//   if (watch.ended()) return;
#pragma once

namespace andon {

class Life {
 public:
  class Watch;
  Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  ~Life();

 private:
  Watch* innermost_ = nullptr;
};

// Lives on the stack.
class Life::Watch {
 public:
  explicit Watch(Life& life) : life_(&life), outer_(life.innermost_) { life.innermost_ = this; }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    if (life_ != nullptr) life_->innermost_ = outer_;
  }
  bool ended() const { return life_ == nullptr; }

 private:
  friend class Life;
  Life* life_;  // Null once it has ended.
  Watch* outer_;
};

inline Life::~Life() {
  for (Watch* watch = innermost_; watch != nullptr; watch = watch->outer_) watch->life_ = nullptr;
}

}  // namespace andon
