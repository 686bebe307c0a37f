// A descriptor watched by a libuv loop.
#pragma once

#include <uv.h>

#include <memory>

#include "core/loop/loop.h"
#include "core/loop/task_queue.h"

namespace andon {

class UvWatch : public Watch {
 public:
  // `tasks` is woken before each call of `ready`.
  static Result<std::unique_ptr<Watch>> Make(uv_loop_t* loop, TaskQueue& tasks, int fd,
                                             Interest what, UniqueFunction<void(Interest)> ready);
  // The loop ends: its watch, which may live on, does nothing any more.
  static void Detach(uv_handle_t* handle);

  ~UvWatch() override { Close(); }
  UvWatch(const UvWatch&) = delete;
  UvWatch& operator=(const UvWatch&) = delete;
  void Set(Interest what) override;

 private:
  struct Handle;
  explicit UvWatch(Handle* handle) : handle_(handle) {}
  static void OnPoll(uv_poll_t* uv, int status, int events);
  void Close();

  Handle* handle_;  // Null once the loop is gone.
};

}  // namespace andon
