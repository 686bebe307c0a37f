// A child process of a libuv loop.
#pragma once

#include <uv.h>

#include <memory>

#include "core/loop/loop.h"
#include "core/loop/task_queue.h"

namespace andon {

class UvChild : public Child {
 public:
  // `tasks` is woken before `exited` is called.
  static Result<std::unique_ptr<Child>> Spawn(uv_loop_t* loop, TaskQueue& tasks,
                                              SpawnOptions options);
  // The loop ends: its process is killed and reaped at once.
  static void Detach(uv_handle_t* handle);

  ~UvChild() override;
  UvChild(const UvChild&) = delete;
  UvChild& operator=(const UvChild&) = delete;
  int pid() const override { return pid_; }
  Status Signal(int number) override;

 private:
  struct Handle;
  UvChild(Handle* handle, int pid) : handle_(handle), pid_(pid) {}
  static void OnExit(uv_process_t* uv, int64_t exit_status, int signal);
  static void Close(Handle* handle);

  Handle* handle_;  // Null once it has ended.
  const int pid_;
};

}  // namespace andon
