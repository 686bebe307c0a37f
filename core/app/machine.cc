#include "core/app/machine.h"

#include <pthread.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"

namespace andon {

namespace {

class UvThread final : public LoopThread {
 public:
  explicit UvThread(const std::string& name)
      : loop_(MakeUvLoop()), thread_([this] { loop_->Run(); }) {
    pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  }
  ~UvThread() override {
    loop_->Quit();
    thread_.join();
  }
  UvThread(const UvThread&) = delete;
  UvThread& operator=(const UvThread&) = delete;
  Loop& loop() override { return *loop_; }

 private:
  std::unique_ptr<RunnableLoop> loop_;
  std::thread thread_;
};

}  // namespace

std::string MachineHostname() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

Environment MachineEnvironment(Loop& main, MetricRegistry& metrics, SocketKeeper& sockets) {
  return {.main = main,
          .start_thread = [](const std::string& name) { return std::make_unique<UvThread>(name); },
          .make_network = [&sockets](Loop& loop) { return MakeRealNetwork(loop, &sockets); },
          .release_sockets = [&sockets] { sockets.ReleaseUnclaimed(); },
          .files = RealFileSystem(),
          .random = SystemRandom(),
          .metrics = metrics,
          .hostname = MachineHostname()};
}

}  // namespace andon
