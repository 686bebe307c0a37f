// andond: one process from its first configuration to its last signal.
#pragma once

#include <memory>
#include <string>

#include "core/app/admin.h"
#include "core/app/signals.h"
#include "core/loop/loop.h"
#include "core/metrics/metrics.h"
#include "core/net/socket_keeper.h"
#include "core/pipeline/supervisor.h"

namespace andon {

// Thread: main.
class Daemon {
 public:
  explicit Daemon(std::string config_path);
  ~Daemon();

  // Runs until it is told to stop. Returns the exit status: 0 stopped by a signal, 1 could not
  // start (the reasons are in the log).
  int Run();

 private:
  bool Start(const std::shared_ptr<Config>& config);
  void FirstApplied(const ApplyReport& report);
  void Started();
  void Reload();
  void Reloaded(const ApplyReport& report);
  void LogReload(const ApplyReport& report) const;
  void TellWatchdog();
  void Signalled(int number);
  void Stop(int exit_status);

  const std::string config_path_;
  std::unique_ptr<RunnableLoop> loop_;
  MetricRegistry metrics_;
  SocketKeeper sockets_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<SignalWatch> signals_;
  std::unique_ptr<Timer> watchdog_;
  std::unique_ptr<Timer> settled_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Admin> admin_;
  int revision_ = 0;
  bool stopping_ = false;
  MonotonicTime stop_began_{};
  int exit_status_ = 0;
};

}  // namespace andon
