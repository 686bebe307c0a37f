// A Loop that runs when its FakeWorld is told to. Stands for one thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/loop/loop.h"
#include "test/support/fake_world.h"

namespace andon {

// Destroying it destroys its tasks unrun, as the end of a process does; timers and watches that are
// left may be destroyed later and never fire.
class FakeLoop : public RunnableLoop {
 public:
  explicit FakeLoop(FakeWorld& world);
  ~FakeLoop() override;
  FakeLoop(const FakeLoop&) = delete;
  FakeLoop& operator=(const FakeLoop&) = delete;

  MonotonicTime Now() const override { return world_.now(); }
  EventTime WallNow() const override { return world_.wall_now(); }
  void Post(UniqueFunction<void()> task) override;
  std::unique_ptr<Timer> After(Duration delay, UniqueFunction<void()> task) override;
  // Real descriptors are polled whenever nothing else is due.
  Result<std::unique_ptr<Watch>> WatchFd(int fd, Interest what,
                                         UniqueFunction<void(Interest)> ready) override;
  Result<std::unique_ptr<Child>> Spawn(SpawnOptions options) override;
  // Runs the whole world, timers too, until Quit was called; ends the process when nothing can
  // happen any more. Tests rather drive the world.
  void Run() override;
  void Quit() override {
    Post([this] { quit_ = true; });
  }

  FakeWorld& world() { return world_; }
  // A thread that gets no processor: what is due waits until it is thawed.
  void Freeze(bool frozen) { frozen_ = frozen; }
  // Tasks posted, timers armed, descriptors watched: 0 when the loop is at rest for good.
  size_t posted() const { return posted_.size(); }
  size_t timers() const { return timers_.size(); }
  size_t watches() const { return watches_.size(); }

 private:
  friend class FakeWorld;
  class FakeTimer;
  struct FakeWatch : Watch {
    FakeWatch(FakeLoop* owner, int descriptor, Interest what, UniqueFunction<void(Interest)> call);
    ~FakeWatch() override;
    void Set(Interest what) override { interest = what; }

    FakeLoop* loop;  // Null once the loop is gone.
    const int fd;
    Interest interest;
    Interest polled = Interest::kNone;
    std::shared_ptr<UniqueFunction<void(Interest)>> ready;  // Outlives a watch destroyed inside it.
  };
  struct Posted {
    uint64_t ticket;
    UniqueFunction<void()> task;
  };
  using TimerKey = std::pair<MonotonicTime, uint64_t>;
  enum class Source : uint8_t { kPosted, kTimer, kWatch };
  struct Due {
    Source source;
    uint64_t ticket;
  };

  // What of this loop could run now: at most one of each source.
  std::vector<Due> DueNow() const;
  void RunOne(Source source);
  void RunWatch();

  FakeWorld& world_;
  bool frozen_ = false;
  bool quit_ = false;
  bool running_ = false;
  std::deque<Posted> posted_;
  std::map<TimerKey, FakeTimer*> timers_;
  std::vector<FakeWatch*> watches_;
  std::deque<std::pair<uint64_t, FakeWatch*>> ready_;  // Found by the last poll, not yet told.
};

}  // namespace andon
