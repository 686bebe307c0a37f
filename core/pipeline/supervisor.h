// Runs one revision of the configuration and changes it into the next: only what changed is built
// anew, and a revision that cannot run leaves the one before running.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/config/config_node.h"
#include "core/journal/journal.h"
#include "core/pipeline/environment.h"
#include "core/pipeline/output_runner.h"
#include "core/pipeline/pipeline_config.h"
#include "core/pipeline/worker.h"

namespace andon {

struct Revision {
  std::string id;
  std::shared_ptr<const Config> config;
};

struct PartChange {
  enum class What : uint8_t { kKept, kStarted, kRebuilt, kStopped, kNeedsRestart };
  std::string kind;  // "input", "filters", "output", "service"
  std::string id;
  What what;
};

struct ApplyReport {
  Status status;
  std::vector<std::string> problems;  // Each with file:line:column where it has a place.
  std::vector<PartChange> parts;      // Empty when the status is an error.
};

struct Health {
  bool ready = false;
  std::vector<std::string> reasons;  // Why not ready, and what is in trouble although it is.
};

// Thread: main. Applies one revision at a time, later ones wait. Back = Apply(the one before).
class Supervisor {
 public:
  explicit Supervisor(Environment environment);
  ~Supervisor();

  void Apply(Revision revision, UniqueFunction<void(ApplyReport)> done);
  const Revision& running() const { return running_; }
  const PipelineConfig& config() const { return config_; }

  // Stops inputs, commits, lets outputs deliver for as long as the configuration's shutdown_grace,
  // and stores the cursors. `done` when every thread has ended. Applies that wait are not done; one
  // that is under way ends first. Once.
  void Shutdown(UniqueFunction<void(Status)> done);

  Health health() const;

 private:
  struct WorkerThread {
    std::unique_ptr<LoopThread> thread;
    std::unique_ptr<Worker> worker;
  };
  class ApplyJob;
  void StartNextJob();
  void JobDone();
  Status OpenJournal(const PipelineConfig& config);
  void StartWorkers(const PipelineConfig& config);
  std::unique_ptr<OutputRunner> MakeRunner(OutputConfig config);
  std::vector<Router::Target> Targets() const;
  // Why the last revision does not run; empty: it does.
  void SetRefused(const std::string& why);
  void BeginShutdown();
  void StopWorkers(UniqueFunction<void()> done);
  void StopOutputs(UniqueFunction<void()> done);
  void TellLeft() const;
  void CloseWorkers(UniqueFunction<void()> done);
  void StopJournal(UniqueFunction<void(Status)> done);

  Environment environment_;
  Revision running_;
  std::string refused_;  // Why the last revision does not run, where an older one does.
  PipelineConfig config_;
  std::unique_ptr<LoopThread> journal_thread_;
  std::unique_ptr<Journal> journal_;
  std::vector<WorkerThread> workers_;
  std::map<std::string, std::unique_ptr<OutputRunner>> outputs_;
  std::set<std::string> counted_outputs_;  // Whose inherited events are in the ledger.
  uint64_t epoch_ = 0;
  std::unique_ptr<ApplyJob> job_;
  struct Waiting {
    Revision revision;
    UniqueFunction<void(ApplyReport)> done;
  };
  std::deque<Waiting> waiting_;
  UniqueFunction<void(Status)> shutdown_;
  bool stopping_ = false;
};

}  // namespace andon
