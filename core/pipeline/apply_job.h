// One Apply on its way: read, prepare what is new, replace what changed, start. Each step ends on
// the main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/pipeline/supervisor.h"

namespace andon {

class Supervisor::ApplyJob {
 public:
  ApplyJob(Supervisor& supervisor, Revision revision, UniqueFunction<void(ApplyReport)> done)
      : supervisor_(supervisor), revision_(std::move(revision)), done_(std::move(done)) {}
  void Run();

 private:
  Status Read();
  void AddErrorFile();
  void CompareParts();
  void PrepareInputs();
  void PrepareNewOutputs();
  void ReplaceNextOutput();
  void PrepareSuccessor(const OutputConfig& config);
  void BringBack(std::vector<OutputConfig> predecessors);
  void Commit();
  void StartOutputs();
  void StopRemovedOutputs();
  void Problem(const PartConfig& part, const Status& status);
  void Fail();
  void Finish();
  void Tell();
  bool failed() const { return !report_.problems.empty(); }
  // A step that ends only because everything is destroyed leads to no next one.
  template <class Next>
  auto Then(Next next) {
    return [alive = std::weak_ptr(alive_), next = std::move(next)]() mutable {
      if (!alive.expired()) next();
    };
  }

  Supervisor& supervisor_;
  Revision revision_;
  UniqueFunction<void(ApplyReport)> done_;
  ApplyReport report_;
  PipelineConfig next_;
  std::vector<const InputConfig*> new_inputs_;
  std::vector<std::string> old_inputs_;  // To stop: gone or replaced.
  std::vector<const OutputConfig*> new_outputs_;
  std::vector<const OutputConfig*> changed_outputs_;
  size_t replaced_ = 0;
  std::vector<OutputConfig> predecessors_;  // Of the changed outputs replaced so far.
  std::vector<std::string> removed_outputs_;
  std::vector<std::unique_ptr<OutputRunner>> prepared_outputs_;
  std::vector<std::string> to_start_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace andon
