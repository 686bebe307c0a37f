// One machine of the simulation: an andond whose threads, disk and network are the world's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/pipeline/supervisor.h"
#include "test/support/crash_disk.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_wire.h"

namespace andon {

class SimNode {
 public:
  SimNode(FakeWorld& world, FakeWire& wire, std::string name);
  ~SimNode();
  SimNode(const SimNode&) = delete;
  SimNode& operator=(const SimNode&) = delete;

  const std::string& name() const { return name_; }
  CrashDisk& disk() { return disk_; }
  bool running() const { return life_ != nullptr; }

  // Starts the process with `yaml`; one that cannot start is started again a second later, as
  // systemd does it.
  void Start(const std::string& yaml);
  // The process is gone between two instructions; the disk keeps what the kernel had.
  void Kill();
  // The machine is gone: the disk keeps what was synced, and of the rest what it likes.
  void CutPower();
  // SIGHUP with another configuration. Whether it was taken is in reloads_taken().
  void Reload(const std::string& yaml);
  // SIGTERM; running() is false when the process has ended.
  void Terminate();

  uint64_t starts() const { return starts_; }
  uint64_t reloads_taken() const { return reloads_taken_; }
  uint64_t failed_starts() const { return failed_starts_; }
  // What the running process has counted; 0 without one.
  uint64_t Sum(std::string_view metric, const Labels& labels = {}) const;

 private:
  struct Life;
  void End();

  FakeWorld& world_;
  FakeWire& wire_;
  const std::string name_;
  FakeLoop outside_;  // Starts it again.
  CrashDisk disk_;
  std::string yaml_;
  std::unique_ptr<Life> life_;
  std::unique_ptr<Timer> restart_;
  uint64_t starts_ = 0;
  uint64_t failed_starts_ = 0;
  uint64_t reloads_taken_ = 0;
};

}  // namespace andon
