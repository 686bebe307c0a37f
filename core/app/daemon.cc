#include "core/app/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "core/app/machine.h"
#include "core/base/log.h"
#include "core/base/program_pages.h"
#include "core/base/sd_notify.h"
#include "core/config/config_node.h"
#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"

namespace andon {

namespace {

constexpr Duration kSettled = std::chrono::seconds(1);  // After which a start is over.
constexpr Duration kSameSignal = std::chrono::milliseconds(50);

std::string_view WhatText(PartChange::What what) {
  switch (what) {
    case PartChange::What::kKept:
      return "kept";
    case PartChange::What::kStarted:
      return "started";
    case PartChange::What::kRebuilt:
      return "rebuilt";
    case PartChange::What::kStopped:
      return "stopped";
    case PartChange::What::kNeedsRestart:
      return "needs a restart";
  }
  return "";
}

void LogProblems(const ApplyReport& report) {
  for (const std::string& problem : report.problems) {
    LogError("supervisor", "cannot run so", {{"problem", problem}});
  }
}

}  // namespace

Daemon::Daemon(std::string config_path)
    : config_path_(std::move(config_path)), loop_(MakeUvLoop()) {}

Daemon::~Daemon() = default;

int Daemon::Run() {
  BlockSignals();
  const std::shared_ptr<Config> config = Config::Load(config_path_);
  auto read = ReadPipelineConfig(*config);
  if (!read.ok()) {
    for (const Problem& problem : config->problems()) {
      LogError("config", "configuration problem", {{"problem", problem.ToString()}});
    }
    return 1;
  }
  ConfigureLog({.level = read->service.log_level, .format = read->service.log_format});
  if (!Start(config)) return 1;
  loop_->Run();
  watchdog_.reset();
  settled_.reset();
  signals_.reset();
  admin_.reset();
  supervisor_.reset();
  return exit_status_;
}

bool Daemon::Start(const std::shared_ptr<Config>& config) {
  auto signals = SignalWatch::Make(*loop_, [this](int number) { Signalled(number); });
  if (!signals.ok()) {
    LogError("andond", "cannot start", {{"reason", signals.status().message()}});
    return false;
  }
  signals_ = *std::move(signals);
  const Result<int> adopted = sockets_.AdoptFromEnvironment();  // No other thread runs yet.
  if (!adopted.ok()) {
    LogError("andond", "cannot start", {{"reason", adopted.status().message()}});
    return false;
  }
  if (*adopted > 0) LogInfo("andond", "sockets from the service manager", {{"sockets", *adopted}});
  TellWatchdog();
  network_ = MakeRealNetwork(*loop_, &sockets_);
  Environment environment = MachineEnvironment(*loop_, metrics_, sockets_);
  const PipelineConfig read = *ReadPipelineConfig(*config);
  if (!read.service.hostname.empty()) environment.hostname = read.service.hostname;
  supervisor_ = std::make_unique<Supervisor>(std::move(environment));
  supervisor_->Apply({std::to_string(++revision_), config},
                     [this](const ApplyReport& report) { FirstApplied(report); });
  return true;
}

// Told from this loop: a process whose main thread hangs is started anew.
void Daemon::TellWatchdog() {
  const std::optional<Duration> timeout = SdWatchdogTimeout();
  if (!timeout.has_value()) return;
  SdNotify("WATCHDOG=1");
  watchdog_ = loop_->After(*timeout / 2, [this] { TellWatchdog(); });
}

void Daemon::FirstApplied(const ApplyReport& report) {
  if (!report.status.ok()) {
    LogProblems(report);
    Stop(1);
    return;
  }
  auto admin =
      Admin::Listen(*loop_, *network_, supervisor_->config().service.admin, metrics_, *supervisor_);
  if (!admin.ok()) {
    LogError("andond", "cannot start", {{"reason", admin.status().message()}});
    Stop(1);
    return;
  }
  admin_ = *std::move(admin);
  Started();
}

void Daemon::Started() {
  const PipelineConfig& config = supervisor_->config();
  LogInfo(
      "andond", "ready",
      {{"version", ANDON_VERSION},
       {"config", config_path_},
       {"inputs", config.inputs.size()},
       {"filters", config.filters.size()},
       {"outputs", std::ranges::count(config.outputs, false, &OutputConfig::last_resort)},
       {"journal", config.journal.directory.empty() ? "none" : config.journal.directory.c_str()},
       {"admin", admin_->address()}});
  SdNotify("READY=1");
  settled_ = loop_->After(kSettled, [] { ReleaseProgramPages(); });
}

void Daemon::Signalled(int number) {
  if (number == SIGHUP) {
    Reload();
    return;
  }
  if (stopping_) {
    // One request often comes twice at once: to the process and to its group.
    if (loop_->Now() - stop_began_ < kSameSignal) return;
    LogWarn("andond", "second signal, stopping at once; the journal has what was acknowledged");
    _exit(0);
  }
  LogInfo("andond", "stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
  Stop(0);
}

void Daemon::Reload() {
  if (stopping_) return;
  SdNotifyReloading();
  LogInfo("andond", "reloading", {{"config", config_path_}});
  supervisor_->Apply({std::to_string(++revision_), Config::Load(config_path_)},
                     [this](const ApplyReport& report) { Reloaded(report); });
}

void Daemon::Reloaded(const ApplyReport& report) {
  LogReload(report);
  SdNotify("READY=1");  // Whoever waits for the reload finds its result in the log.
}

void Daemon::LogReload(const ApplyReport& report) const {
  if (!report.status.ok()) {
    LogProblems(report);
    LogError("andond", "the new configuration cannot run, the old one goes on",
             {{"config", config_path_}, {"problems", report.problems.size()}});
    return;
  }
  for (const PartChange& part : report.parts) {
    if (part.what == PartChange::What::kKept) continue;
    LogInfo("supervisor", "part changed",
            {{"kind", part.kind}, {"id", part.id}, {"what", WhatText(part.what)}});
  }
  LogInfo("andond", "reloaded", {{"config", config_path_}});
}

void Daemon::Stop(int exit_status) {
  stopping_ = true;
  stop_began_ = loop_->Now();
  exit_status_ = exit_status;
  SdNotify("STOPPING=1");
  supervisor_->Shutdown([this](const Status& status) {
    if (!status.ok()) {
      LogError("journal", "did not end cleanly", {{"reason", status.message()}});
      exit_status_ = 1;
    }
    LogInfo("andond", "stopped");
    loop_->Quit();
  });
}

}  // namespace andon
