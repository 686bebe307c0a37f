// The loop's parts: a TaskQueue behind an eventfd for what other threads post, a TimerHeap behind
// one uv timer, uv_poll for descriptors, uv_process for children. libuv's thread pool is never
// used, so it never starts.
#include "core/loop/uv_loop.h"

#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/loop/task_queue.h"
#include "core/loop/timer_heap.h"
#include "core/loop/uv_child.h"
#include "core/loop/uv_watch.h"

namespace andon {

namespace {

// So many times are new tasks run before descriptors and timers get their turn again.
constexpr int kTaskPasses = 8;

MonotonicTime ReadClock() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

class UvLoop;

class UvTimer : public Timer, public TimerHeap::Entry {
 public:
  UvTimer(UvLoop* loop, UniqueFunction<void()> run) : loop_(loop), task(std::move(run)) {}
  ~UvTimer() override;

 private:
  UvLoop* loop_;

 public:
  UniqueFunction<void()> task;
};

class UvLoop : public RunnableLoop {
 public:
  UvLoop();
  ~UvLoop() override;

  MonotonicTime Now() const override;
  EventTime WallNow() const override;
  void Post(UniqueFunction<void()> task) override;
  std::unique_ptr<Timer> After(Duration delay, UniqueFunction<void()> task) override;
  Result<std::unique_ptr<Watch>> WatchFd(int fd, Interest what,
                                         UniqueFunction<void(Interest)> ready) override;
  Result<std::unique_ptr<Child>> Spawn(SpawnOptions options) override;
  void Run() override;
  void Quit() override {
    Post([this] {
      quit_ = true;
      uv_stop(&loop_);
    });
  }

  void Cancel(TimerHeap::Entry* timer);

 private:
  void CheckThread() const {
    DCHECK(!running_.load(std::memory_order_relaxed) ||
           thread_.load(std::memory_order_relaxed) == std::this_thread::get_id());
  }
  void BeforePoll();
  void AfterPoll();
  void RunTimers();
  void ArmTick();
  void CloseAll();

  uv_loop_t loop_{};
  uv_poll_t wake_{};
  uv_prepare_t prepare_{};
  uv_check_t check_{};
  uv_idle_t idle_{};
  uv_timer_t tick_{};
  const int wake_fd_;

  std::atomic<bool> running_ = false;
  std::atomic<std::thread::id> thread_{};
  bool quit_ = false;
  TaskQueue tasks_;
  TimerHeap timers_;
  bool due_now_ = false;  // The first timer is due: do not sleep.
  uint64_t next_ticket_ = 0;
  mutable MonotonicTime now_{};
  mutable bool now_is_old_ = true;
};

UvTimer::~UvTimer() {
  if (index != TimerHeap::kNowhere) loop_->Cancel(this);
}

UvLoop::UvLoop() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(wake_fd_ >= 0);
  CHECK(uv_loop_init(&loop_) == 0);
  CHECK(uv_poll_init(&loop_, &wake_, wake_fd_) == 0);
  uv_prepare_init(&loop_, &prepare_);
  uv_check_init(&loop_, &check_);
  uv_idle_init(&loop_, &idle_);
  uv_timer_init(&loop_, &tick_);
  prepare_.data = check_.data = tick_.data = wake_.data = this;
  uv_poll_start(&wake_, UV_READABLE, [](uv_poll_t* uv, int, int) {
    auto* self = static_cast<UvLoop*>(uv->data);
    self->tasks_.WakeUp();
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(self->wake_fd_, &count, sizeof count);
  });
  uv_prepare_start(&prepare_,
                   [](uv_prepare_t* uv) { static_cast<UvLoop*>(uv->data)->BeforePoll(); });
  uv_check_start(&check_, [](uv_check_t* uv) { static_cast<UvLoop*>(uv->data)->AfterPoll(); });
  // Nothing but the eventfd keeps an idle loop running.
  uv_unref(reinterpret_cast<uv_handle_t*>(&prepare_));
  uv_unref(reinterpret_cast<uv_handle_t*>(&check_));
}

UvLoop::~UvLoop() {
  CHECK(!running_);
  tasks_.Clear();
  while (!timers_.empty()) {
    TimerHeap::Entry* first = timers_.first();
    timers_.Remove(first);
    static_cast<UvTimer*>(first)->task = nullptr;
  }
  tasks_.Clear();
  CloseAll();
  tasks_.Clear();
  CHECK(uv_loop_close(&loop_) == 0);
  ::close(wake_fd_);
}

void UvLoop::CloseAll() {
  auto close = [](uv_handle_t* uv, void* self) {
    const bool wake = uv == reinterpret_cast<uv_handle_t*>(&static_cast<UvLoop*>(self)->wake_);
    if (uv_is_closing(uv) != 0) return;
    if (uv->type == UV_POLL && !wake) {
      UvWatch::Detach(uv);
    } else if (uv->type == UV_PROCESS) {
      UvChild::Detach(uv);
    } else {
      uv_close(uv, nullptr);
    }
  };
  uv_walk(&loop_, close, this);
  uv_run(&loop_, UV_RUN_NOWAIT);
}

MonotonicTime UvLoop::Now() const {
  if (now_is_old_ || !running_.load(std::memory_order_relaxed)) {
    now_ = ReadClock();
    now_is_old_ = false;
  }
  return now_;
}

EventTime UvLoop::WallNow() const {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return {static_cast<uint32_t>(now.tv_sec), static_cast<uint32_t>(now.tv_nsec)};
}

void UvLoop::Post(UniqueFunction<void()> task) {
  if (!tasks_.Push(std::move(task))) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(wake_fd_, &one, sizeof one);
}

std::unique_ptr<Timer> UvLoop::After(Duration delay, UniqueFunction<void()> task) {
  CheckThread();
  auto timer = std::make_unique<UvTimer>(this, std::move(task));
  // A delay beyond a century stands for never.
  timer->due = Now() + std::clamp<Duration>(delay, Duration(0), std::chrono::hours(24 * 36500));
  timer->ticket = next_ticket_++;
  timers_.Insert(timer.get());
  if (timers_.first() == timer.get()) ArmTick();
  return timer;
}

void UvLoop::Cancel(TimerHeap::Entry* timer) {
  CheckThread();
  const bool was_first = timers_.first() == timer;
  timers_.Remove(timer);
  if (was_first) ArmTick();
}

// libuv counts whole milliseconds of the same clock, so the end of the due one is never early. What
// is due at once does not wait for it, but lets descriptors and tasks have their turn first.
void UvLoop::ArmTick() {
  due_now_ = !timers_.empty() && timers_.first()->due <= Now();
  if (timers_.empty() || due_now_) {
    uv_timer_stop(&tick_);
    return;
  }
  const auto due = std::chrono::ceil<std::chrono::milliseconds>(timers_.first()->due);
  const auto due_ms = static_cast<uint64_t>(due.time_since_epoch().count());
  const uint64_t now_ms = uv_now(&loop_);
  uv_timer_start(
      &tick_, [](uv_timer_t* uv) { static_cast<UvLoop*>(uv->data)->RunTimers(); },
      due_ms > now_ms ? due_ms - now_ms : 1, 0);
}

void UvLoop::RunTimers() {
  tasks_.WakeUp();
  now_is_old_ = true;
  const MonotonicTime now = Now();
  const uint64_t newer = next_ticket_;  // Timers armed from here on wait for the next round.
  while (!timers_.empty() && !quit_) {
    auto* timer = static_cast<UvTimer*>(timers_.first());
    if (timer->due > now || timer->ticket >= newer) break;
    timers_.Remove(timer);
    UniqueFunction<void()> task = std::move(timer->task);
    task();
  }
  ArmTick();
}

Result<std::unique_ptr<Watch>> UvLoop::WatchFd(int fd, Interest what,
                                               UniqueFunction<void(Interest)> ready) {
  CheckThread();
  return UvWatch::Make(&loop_, tasks_, fd, what, std::move(ready));
}

Result<std::unique_ptr<Child>> UvLoop::Spawn(SpawnOptions options) {
  CheckThread();
  return UvChild::Spawn(&loop_, tasks_, std::move(options));
}

void UvLoop::Run() {
  CHECK(!running_.exchange(true));
  thread_ = std::this_thread::get_id();
  quit_ = false;
  now_is_old_ = true;
  uv_update_time(&loop_);
  uv_run(&loop_, UV_RUN_DEFAULT);
  tasks_.WakeUp();
  running_ = false;
}

void UvLoop::BeforePoll() {
  now_is_old_ = true;
  // An idle handle that is active makes libuv poll without waiting.
  if (!due_now_ && tasks_.FallAsleep()) {
    uv_idle_stop(&idle_);
  } else {
    uv_idle_start(&idle_, [](uv_idle_t*) {});
  }
}

void UvLoop::AfterPoll() {
  tasks_.WakeUp();
  if (due_now_) RunTimers();
  for (int pass = 0; pass < kTaskPasses && !quit_; ++pass) {
    if (!tasks_.RunAll(quit_)) break;
  }
}

}  // namespace

std::unique_ptr<RunnableLoop> MakeUvLoop() { return std::make_unique<UvLoop>(); }

}  // namespace andon
