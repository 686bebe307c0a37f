// The loop's parts: a TaskQueue behind an eventfd for what other threads post, a TimerHeap behind
// one uv timer, uv_poll for descriptors, uv_process for children. libuv's thread pool is never
// used, so it never starts.
#include "core/loop/uv_loop.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
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

namespace andon {

namespace {

// So many times are new tasks run before descriptors and timers get their turn again.
constexpr int kTaskPasses = 8;

Status UvStatus(std::string_view subject, int error) { return ErrnoStatus(subject, -error); }

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

class UvWatch;

// Lives until libuv has let go of it, which is later than the UvWatch.
struct PollHandle {
  uv_poll_t uv{};
  UvLoop* loop = nullptr;
  UvWatch* watch = nullptr;  // Null once closing.
  Interest interest = Interest::kNone;
  UniqueFunction<void(Interest)> ready;
  bool in_ready = false;
  void Arm();
};

class UvWatch : public Watch {
 public:
  explicit UvWatch(PollHandle* handle) : handle_(handle) { handle->watch = this; }
  ~UvWatch() override { Close(); }
  void Set(Interest what) override {
    if (handle_ == nullptr || handle_->interest == what) return;
    handle_->interest = what;
    handle_->Arm();
  }
  void Close();

 private:
  PollHandle* handle_;  // Null once the loop is gone.
};

class UvChild;

// Lives until the process has ended and libuv has let go of it.
struct ProcessHandle {
  uv_process_t uv{};
  UvLoop* loop = nullptr;
  UvChild* child = nullptr;
  UniqueFunction<void(int64_t, int)> exited;
};

class UvChild : public Child {
 public:
  explicit UvChild(ProcessHandle* handle) : handle_(handle), pid_(handle->uv.pid) {
    handle->child = this;
  }
  ~UvChild() override;
  int pid() const override { return pid_; }
  Status Signal(int number) override {
    if (handle_ == nullptr) return Rejected("signal: the process has ended");
    const int error = uv_process_kill(&handle_->uv, number);
    return error == 0 ? OkStatus() : UvStatus("signal", error);
  }
  void Forget() { handle_ = nullptr; }

 private:
  ProcessHandle* handle_;  // Null once it has ended.
  const int pid_;
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
  // The first thing that each of libuv's callbacks does.
  void WakeUp() { tasks_.WakeUp(); }

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

void OnPoll(uv_poll_t* uv, int status, int events) {
  auto* handle = static_cast<PollHandle*>(uv->data);
  handle->loop->WakeUp();
  // A negative status stands for an error on the descriptor, and libuv has stopped watching it.
  auto ready = handle->interest;
  if (status == 0) {
    ready = static_cast<Interest>(((events & UV_READABLE) != 0 ? 1 : 0) |
                                  ((events & UV_WRITABLE) != 0 ? 2 : 0));
  }
  handle->in_ready = true;
  handle->ready(ready);
  handle->in_ready = false;
  if (status < 0 && handle->watch != nullptr) handle->Arm();
}

void PollHandle::Arm() {
  if (interest == Interest::kNone) {
    uv_poll_stop(&uv);
    return;
  }
  const int events = (Has(interest, Interest::kRead) ? UV_READABLE : 0) |
                     (Has(interest, Interest::kWrite) ? UV_WRITABLE : 0);
  CHECK(uv_poll_start(&uv, events, OnPoll) == 0);
}

void UvWatch::Close() {
  if (handle_ == nullptr) return;
  handle_->watch = nullptr;
  if (!handle_->in_ready) handle_->ready = nullptr;
  uv_poll_stop(&handle_->uv);  // From here on the descriptor may be closed.
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* uv) { delete static_cast<PollHandle*>(uv->data); });
  handle_ = nullptr;
}

void CloseProcess(ProcessHandle* handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->uv),
           [](uv_handle_t* uv) { delete static_cast<ProcessHandle*>(uv->data); });
}

void OnExit(uv_process_t* uv, int64_t exit_status, int signal) {
  auto* handle = static_cast<ProcessHandle*>(uv->data);
  handle->loop->WakeUp();
  if (handle->child != nullptr) handle->child->Forget();
  const bool wanted = std::exchange(handle->child, nullptr) != nullptr;
  if (wanted && handle->exited) handle->exited(exit_status, signal);
  CloseProcess(handle);
}

UvChild::~UvChild() {
  if (handle_ == nullptr) return;
  handle_->child = nullptr;
  handle_->exited = nullptr;
  uv_process_kill(&handle_->uv, SIGKILL);  // OnExit reaps it.
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
    self->WakeUp();
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
  uv_walk(
      &loop_,
      [](uv_handle_t* uv, void* self) {
        if (uv_is_closing(uv) != 0) return;
        if (uv == reinterpret_cast<uv_handle_t*>(&static_cast<UvLoop*>(self)->wake_)) {
          uv_close(uv, nullptr);
        } else if (uv->type == UV_POLL) {
          static_cast<PollHandle*>(uv->data)->watch->Close();
        } else if (uv->type == UV_PROCESS) {
          auto* process = static_cast<ProcessHandle*>(uv->data);
          ::kill(process->uv.pid, SIGKILL);
          ::waitpid(process->uv.pid, nullptr, 0);
          if (process->child != nullptr) process->child->Forget();
          CloseProcess(process);
        } else {
          uv_close(uv, nullptr);
        }
      },
      this);
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
  WakeUp();
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
  auto handle = std::make_unique<PollHandle>();
  if (const int error = uv_poll_init(&loop_, &handle->uv, fd); error != 0) {
    return UvStatus("watch descriptor", error);
  }
  PollHandle* poll = handle.release();  // From here on libuv must let go of it first.
  poll->uv.data = poll;
  poll->loop = this;
  poll->ready = std::move(ready);
  auto watch = std::make_unique<UvWatch>(poll);
  watch->Set(what);
  return std::unique_ptr<Watch>(std::move(watch));
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The parent's variables but for those that are given anew.
std::vector<std::string> MergeEnvironment(std::vector<std::string> given) {
  std::vector<std::string> all = std::move(given);
  const auto own_count = static_cast<std::ptrdiff_t>(all.size());
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const auto own_end = all.begin() + own_count;
    const bool replaced = std::any_of(
        all.begin(), own_end, [name](const std::string& own) { return own.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

Result<std::unique_ptr<Child>> UvLoop::Spawn(SpawnOptions options) {
  CheckThread();
  if (options.command.empty()) return InvalidConfig("spawn: the command is empty");
  std::vector<std::string> environment = MergeEnvironment(std::move(options.environment));
  std::vector<char*> arguments = Pointers(options.command);
  std::vector<char*> variables = Pointers(environment);
  uv_stdio_container_t stdio[3];
  for (size_t i = 0; i < 3; ++i) {
    stdio[i].flags = options.stdio[i] < 0 ? UV_IGNORE : UV_INHERIT_FD;
    stdio[i].data.fd = options.stdio[i];
  }
  uv_process_options_t uv{};
  uv.file = arguments[0];
  uv.args = arguments.data();
  uv.env = variables.data();
  uv.cwd = options.directory.empty() ? nullptr : options.directory.c_str();
  uv.stdio = stdio;
  uv.stdio_count = 3;
  uv.exit_cb = OnExit;
  auto* handle = new ProcessHandle;
  handle->uv.data = handle;
  handle->loop = this;
  handle->exited = std::move(options.exited);
  if (const int error = uv_spawn(&loop_, &handle->uv, &uv); error != 0) {
    CloseProcess(handle);
    return UvStatus("spawn " + options.command[0], error);
  }
  return std::unique_ptr<Child>(std::make_unique<UvChild>(handle));
}

void UvLoop::Run() {
  CHECK(!running_.exchange(true));
  thread_ = std::this_thread::get_id();
  quit_ = false;
  now_is_old_ = true;
  uv_update_time(&loop_);
  uv_run(&loop_, UV_RUN_DEFAULT);
  WakeUp();
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
  WakeUp();
  if (due_now_) RunTimers();
  for (int pass = 0; pass < kTaskPasses && !quit_; ++pass) {
    if (!tasks_.RunAll(quit_)) break;
  }
}

}  // namespace

std::unique_ptr<RunnableLoop> MakeUvLoop() { return std::make_unique<UvLoop>(); }

}  // namespace andon
