#include "test/support/fake_loop.h"

#include <algorithm>

#include "core/base/check.h"

namespace andon {

class FakeLoop::FakeTimer : public Timer {
 public:
  FakeTimer(FakeLoop* loop, TimerKey at, UniqueFunction<void()> run)
      : loop_(loop), key(at), task(std::move(run)) {
    loop_->timers_.emplace(key, this);
  }
  ~FakeTimer() override { Disarm(); }
  void Disarm() {
    if (loop_ != nullptr) loop_->timers_.erase(key);
    loop_ = nullptr;
  }

 private:
  FakeLoop* loop_;  // Null once it has fired or the loop is gone.

 public:
  const TimerKey key;
  UniqueFunction<void()> task;
};

FakeLoop::FakeWatch::FakeWatch(FakeLoop* owner, int descriptor, Interest what,
                               UniqueFunction<void(Interest)> call)
    : loop(owner),
      fd(descriptor),
      interest(what),
      ready(std::make_shared<UniqueFunction<void(Interest)>>(std::move(call))) {
  loop->watches_.push_back(this);
}

FakeLoop::FakeWatch::~FakeWatch() {
  if (loop == nullptr) return;
  std::erase(loop->watches_, this);
  std::erase_if(loop->ready_, [this](const auto& entry) { return entry.second == this; });
}

FakeLoop::FakeLoop(FakeWorld& world) : world_(world) { world_.loops_.push_back(this); }

FakeLoop::~FakeLoop() {
  CHECK(!running_);
  std::erase(world_.loops_, this);
  while (!timers_.empty()) {
    UniqueFunction<void()> task = std::move(timers_.begin()->second->task);
    timers_.begin()->second->Disarm();
  }
  for (FakeWatch* watch : watches_) watch->loop = nullptr;
  while (!posted_.empty()) {  // What a task owns may post once more when it is destroyed.
    const Posted last = std::move(posted_.front());
    posted_.pop_front();
  }
}

void FakeLoop::Post(UniqueFunction<void()> task) {
  posted_.push_back({world_.next_ticket_++, std::move(task)});
}

std::unique_ptr<Timer> FakeLoop::After(Duration delay, UniqueFunction<void()> task) {
  const MonotonicTime due = Now() + std::max(delay, Duration(0));
  return std::make_unique<FakeTimer>(this, TimerKey{due, world_.next_ticket_++}, std::move(task));
}

Result<std::unique_ptr<Watch>> FakeLoop::WatchFd(int fd, Interest what,
                                                 UniqueFunction<void(Interest)> ready) {
  for (const FakeWatch* watch : watches_) {  // As the real loop: one watch a descriptor.
    if (watch->fd == fd) return Rejected("descriptor is already watched");
  }
  return std::unique_ptr<Watch>(std::make_unique<FakeWatch>(this, fd, what, std::move(ready)));
}

Result<std::unique_ptr<Child>> FakeLoop::Spawn(SpawnOptions options) {
  if (!world_.spawner_) return Rejected("spawn: this world has no processes");
  return world_.spawner_(std::move(options));
}

void FakeLoop::Run() {
  quit_ = false;
  while (!quit_) {
    if (world_.Step()) continue;
    const std::optional<MonotonicTime> next = world_.NextTimer();
    CHECK(next.has_value());  // Otherwise nothing can ever call Quit.
    world_.Advance(*next - world_.now());
  }
}

std::vector<FakeLoop::Due> FakeLoop::DueNow() const {
  std::vector<Due> due;
  if (frozen_ || running_) return due;
  if (!posted_.empty()) due.push_back({Source::kPosted, posted_.front().ticket});
  if (!timers_.empty() && timers_.begin()->first.first <= Now()) {
    due.push_back({Source::kTimer, timers_.begin()->first.second});
  }
  if (!ready_.empty()) due.push_back({Source::kWatch, ready_.front().first});
  return due;
}

void FakeLoop::RunOne(Source source) {
  running_ = true;
  if (source == Source::kPosted) {
    UniqueFunction<void()> task = std::move(posted_.front().task);
    posted_.pop_front();
    task();
  } else if (source == Source::kTimer) {
    FakeTimer* timer = timers_.begin()->second;
    UniqueFunction<void()> task = std::move(timer->task);
    timer->Disarm();
    task();
  } else {
    RunWatch();
  }
  running_ = false;
}

void FakeLoop::RunWatch() {
  FakeWatch* watch = ready_.front().second;
  ready_.pop_front();
  const auto now = static_cast<Interest>(static_cast<uint8_t>(watch->polled) &
                                         static_cast<uint8_t>(watch->interest));
  if (now == Interest::kNone) return;
  const auto ready = watch->ready;
  (*ready)(now);
}

}  // namespace andon
