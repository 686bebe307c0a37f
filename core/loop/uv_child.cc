#include "core/loop/uv_child.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace andon {

namespace {

// The parent's variables but for those that are given anew.
std::vector<std::string> MergeEnvironment(std::vector<std::string> given) {
  std::vector<std::string> all = std::move(given);
  const auto own_count = static_cast<std::ptrdiff_t>(all.size());
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced =
        std::any_of(all.begin(), all.begin() + own_count,
                    [name](const std::string& own) { return own.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

// Lives until the process has ended and libuv has let go of it.
struct UvChild::Handle {
  uv_process_t uv{};
  TaskQueue* tasks = nullptr;
  UvChild* child = nullptr;  // Null once nobody wants to know.
  UniqueFunction<void(int64_t, int)> exited;
};

Result<std::unique_ptr<Child>> UvChild::Spawn(uv_loop_t* loop, TaskQueue& tasks,
                                              SpawnOptions options) {
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
  auto* handle = new Handle;
  handle->uv.data = handle;
  handle->tasks = &tasks;
  handle->exited = std::move(options.exited);
  if (const int error = uv_spawn(loop, &handle->uv, &uv); error != 0) {
    Close(handle);
    return ErrnoStatus("spawn " + options.command[0], -error);
  }
  std::unique_ptr<UvChild> child(new UvChild(handle, handle->uv.pid));
  handle->child = child.get();
  return std::unique_ptr<Child>(std::move(child));
}

void UvChild::OnExit(uv_process_t* uv, int64_t exit_status, int signal) {
  auto* handle = static_cast<Handle*>(uv->data);
  handle->tasks->WakeUp();
  if (UvChild* child = std::exchange(handle->child, nullptr); child != nullptr) {
    child->handle_ = nullptr;
    if (handle->exited) handle->exited(exit_status, signal);
  }
  Close(handle);
}

void UvChild::Close(Handle* handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->uv),
           [](uv_handle_t* uv) { delete static_cast<Handle*>(uv->data); });
}

void UvChild::Detach(uv_handle_t* uv) {
  auto* handle = static_cast<Handle*>(uv->data);
  ::kill(handle->uv.pid, SIGKILL);
  ::waitpid(handle->uv.pid, nullptr, 0);
  if (handle->child != nullptr) handle->child->handle_ = nullptr;
  Close(handle);
}

UvChild::~UvChild() {
  if (handle_ == nullptr) return;
  handle_->child = nullptr;
  handle_->exited = nullptr;
  uv_process_kill(&handle_->uv, SIGKILL);  // OnExit reaps it.
}

Status UvChild::Signal(int number) {
  if (handle_ == nullptr) return Rejected("signal: the process has ended");
  const int error = uv_process_kill(&handle_->uv, number);
  return error == 0 ? OkStatus() : ErrnoStatus("signal", -error);
}

}  // namespace andon
