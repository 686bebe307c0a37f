#include "core/loop/uv_watch.h"

#include <utility>

#include "core/base/check.h"

namespace andon {

// Lives until libuv has let go of it, which is later than the watch.
struct UvWatch::Handle {
  uv_poll_t uv{};
  TaskQueue* tasks = nullptr;
  UvWatch* watch = nullptr;  // Null once closing.
  Interest interest = Interest::kNone;
  UniqueFunction<void(Interest)> ready;
  bool in_ready = false;

  void Arm() {
    if (interest == Interest::kNone) {
      uv_poll_stop(&uv);
      return;
    }
    const int events = (Has(interest, Interest::kRead) ? UV_READABLE : 0) |
                       (Has(interest, Interest::kWrite) ? UV_WRITABLE : 0);
    CHECK(uv_poll_start(&uv, events, OnPoll) == 0);
  }
};

Result<std::unique_ptr<Watch>> UvWatch::Make(uv_loop_t* loop, TaskQueue& tasks, int fd,
                                             Interest what, UniqueFunction<void(Interest)> ready) {
  auto owned = std::make_unique<Handle>();
  if (const int error = uv_poll_init(loop, &owned->uv, fd); error != 0) {
    return ErrnoStatus("watch descriptor", -error);
  }
  Handle* handle = owned.release();  // From here on libuv must let go of it first.
  std::unique_ptr<UvWatch> watch(new UvWatch(handle));
  handle->uv.data = handle;
  handle->tasks = &tasks;
  handle->watch = watch.get();
  handle->ready = std::move(ready);
  watch->Set(what);
  return std::unique_ptr<Watch>(std::move(watch));
}

void UvWatch::OnPoll(uv_poll_t* uv, int status, int events) {
  auto* handle = static_cast<Handle*>(uv->data);
  handle->tasks->WakeUp();
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

void UvWatch::Set(Interest what) {
  if (handle_ == nullptr || handle_->interest == what) return;
  handle_->interest = what;
  handle_->Arm();
}

void UvWatch::Close() {
  if (handle_ == nullptr) return;
  handle_->watch = nullptr;
  if (!handle_->in_ready) handle_->ready = nullptr;
  uv_poll_stop(&handle_->uv);  // From here on the descriptor may be closed.
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* uv) { delete static_cast<Handle*>(uv->data); });
  handle_ = nullptr;
}

void UvWatch::Detach(uv_handle_t* handle) { static_cast<Handle*>(handle->data)->watch->Close(); }

}  // namespace andon
