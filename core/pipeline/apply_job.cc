#include "core/pipeline/apply_job.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/pipeline/countdown.h"
#include "core/pipeline/error_file.h"
#include "core/pipeline/part_comparison.h"

namespace andon {

namespace {

using What = PartChange::What;

bool SameFilters(const std::vector<FilterConfig>& a, const std::vector<FilterConfig>& b) {
  return std::ranges::equal(a, b, {}, &FilterConfig::fingerprint, &FilterConfig::fingerprint);
}

}  // namespace

void Supervisor::ApplyJob::Run() {
  const Status read = Read();
  if (!read.ok()) {
    if (report_.problems.empty()) report_.problems.emplace_back(read.message());
    Fail();
    return;
  }
  CompareParts();
  PrepareInputs();
}

Status Supervisor::ApplyJob::Read() {
  auto next = ReadPipelineConfig(*revision_.config);
  if (!next.ok()) {
    for (const auto& problem : revision_.config->problems()) {
      report_.problems.push_back(problem.ToString());
    }
    return next.status();
  }
  next_ = *std::move(next);
  AddErrorFile();
  const bool first = supervisor_.journal_ == nullptr;
  if (first) {
    RETURN_IF_ERROR(supervisor_.OpenJournal(next_));
    supervisor_.config_.service = next_.service;
    supervisor_.config_.journal = next_.journal;
    supervisor_.config_.fixed_fingerprint = next_.fixed_fingerprint;
    supervisor_.StartWorkers(next_);
  } else if (next_.fixed_fingerprint != supervisor_.config_.fixed_fingerprint) {
    report_.parts.push_back({"service", "service", What::kNeedsRestart});
    LogWarn("supervisor", "service and journal options change with a restart only");
  }
  return OkStatus();
}

// Where no output takes error events, a file under the data folder does.
void Supervisor::ApplyJob::AddErrorFile() {
  const auto takes_errors = [](const OutputConfig& output) { return TakesErrors(output.match); };
  if (std::ranges::any_of(next_.outputs, takes_errors)) return;
  // The folder changes with a restart only.
  const std::string& data_dir = supervisor_.journal_ == nullptr
                                    ? next_.service.data_dir
                                    : supervisor_.config_.service.data_dir;
  auto output = MakeErrorFile(data_dir);
  if (!output.ok()) {
    LogWarn("supervisor", "no output takes andon.error.**, and there is no file output",
            {{"reason", output.status().message()}});
    return;
  }
  next_.outputs.push_back(*std::move(output));
}

void Supervisor::ApplyJob::CompareParts() {
  const PipelineConfig& now = supervisor_.config_;
  const auto inputs = ComparePartsOf("input", now.inputs, next_.inputs, &report_.parts);
  new_inputs_ = inputs.added;
  old_inputs_ = inputs.removed;
  for (const InputConfig* changed : inputs.changed) {
    new_inputs_.push_back(changed);
    old_inputs_.push_back(changed->id);
  }
  report_.parts.push_back({"filters", "filters",
                           SameFilters(now.filters, next_.filters) ? What::kKept : What::kRebuilt});
  auto outputs = ComparePartsOf("output", now.outputs, next_.outputs, &report_.parts);
  new_outputs_ = std::move(outputs.added);
  changed_outputs_ = std::move(outputs.changed);
  removed_outputs_ = std::move(outputs.removed);
}

void Supervisor::ApplyJob::PrepareInputs() {
  const Countdown all(Then([this] {
    if (failed()) {
      Fail();
    } else {
      PrepareNewOutputs();
    }
  }));
  for (WorkerThread& one : supervisor_.workers_) {
    one.thread->loop().Post([this, worker = one.worker.get(), part = all.Take()]() mutable {
      std::vector<std::pair<const PartConfig*, Status>> results;
      for (const InputConfig* input : new_inputs_) {
        results.emplace_back(input, worker->PrepareInput(*input));
      }
      for (auto& [filter, status] : worker->PrepareFilters(next_.filters)) {
        results.emplace_back(filter, std::move(status));
      }
      supervisor_.environment_.main.Post(
          [this, results = std::move(results), part = std::move(part)]() mutable {
            for (const auto& [config, status] : results) Problem(*config, status);
            part.reset();
          });
    });
  }
}

void Supervisor::ApplyJob::PrepareNewOutputs() {
  const Countdown all(Then([this] {
    if (failed()) {
      Fail();
    } else {
      ReplaceNextOutput();
    }
  }));
  for (const OutputConfig* output : new_outputs_) {
    prepared_outputs_.push_back(supervisor_.MakeRunner(*output));
    prepared_outputs_.back()->Prepare(
        [this, output, part = all.Take()](const Status& status) mutable {
          Problem(*output, status);
          part.reset();
        });
  }
}

// An output that changed: two instances never share a cursor, so the old one stops first, and comes
// back when the new one cannot run.
void Supervisor::ApplyJob::ReplaceNextOutput() {
  if (replaced_ == changed_outputs_.size()) {
    Commit();
    return;
  }
  const OutputConfig& config = *changed_outputs_[replaced_];
  OutputRunner* old = supervisor_.outputs_.at(config.id).get();
  old->Stop(Duration::zero(), [this, &config] {
    predecessors_.push_back(supervisor_.outputs_.at(config.id)->config());
    supervisor_.outputs_.erase(config.id);
    PrepareSuccessor(config);
  });
}

void Supervisor::ApplyJob::PrepareSuccessor(const OutputConfig& config) {
  auto runner = supervisor_.MakeRunner(config);
  OutputRunner* prepared = runner.get();
  supervisor_.outputs_[config.id] = std::move(runner);
  prepared->Prepare([this, &config](const Status& status) {
    Problem(config, status);
    if (failed()) {
      supervisor_.outputs_.erase(config.id);
      BringBack(std::move(predecessors_));
      return;
    }
    to_start_.push_back(config.id);
    ++replaced_;
    ReplaceNextOutput();
  });
}

void Supervisor::ApplyJob::BringBack(std::vector<OutputConfig> predecessors) {
  if (predecessors.empty()) {
    Fail();
    return;
  }
  OutputConfig config = std::move(predecessors.back());
  predecessors.pop_back();
  const std::string id = config.id;
  // A successor that was prepared but not started gives the cursor back first.
  supervisor_.outputs_.erase(id);
  auto runner = supervisor_.MakeRunner(std::move(config));
  OutputRunner* old = runner.get();
  supervisor_.outputs_[id] = std::move(runner);
  old->Prepare([this, old, id, rest = std::move(predecessors)](const Status& status) mutable {
    if (status.ok()) {
      old->Start();
    } else {
      LogError(id, "the output of the old configuration does not start again, restart andond",
               {{"reason", status.message()}});
    }
    BringBack(std::move(rest));
  });
}

void Supervisor::ApplyJob::Commit() {
  for (auto& runner : prepared_outputs_) {
    to_start_.push_back(runner->config().id);
    const std::string id = runner->config().id;
    supervisor_.outputs_[id] = std::move(runner);
  }
  prepared_outputs_.clear();
  // Service and journal keep what they were started with.
  next_.service = supervisor_.config_.service;
  next_.journal = supervisor_.config_.journal;
  next_.fixed_fingerprint = supervisor_.config_.fixed_fingerprint;
  supervisor_.config_ = next_;
  ++supervisor_.epoch_;
  StartOutputs();
  const Countdown all(Then([this] {
    supervisor_.journal_->RoutingBegan();
    StopRemovedOutputs();
  }));
  for (WorkerThread& one : supervisor_.workers_) {
    WorkerChange change;
    change.router =
        std::make_unique<Router>(*supervisor_.journal_, supervisor_.Targets(), supervisor_.epoch_);
    change.stop_inputs = old_inputs_;
    for (const InputConfig* input : new_inputs_) change.start_inputs.push_back(input->id);
    change.grace = next_.service.shutdown_grace;
    one.thread->loop().Post([this, worker = one.worker.get(), change = std::move(change),
                             part = all.Take()]() mutable {
      worker->Apply(std::move(change), [this, part = std::move(part)]() mutable {
        supervisor_.environment_.main.Post([part = std::move(part)]() mutable { part.reset(); });
      });
    });
  }
}

void Supervisor::ApplyJob::StartOutputs() {
  for (const std::string& id : to_start_) supervisor_.outputs_.at(id)->Start();
}

void Supervisor::ApplyJob::StopRemovedOutputs() {
  const Countdown all(Then([this] {
    for (const std::string& id : removed_outputs_) {
      supervisor_.outputs_.erase(id);
      supervisor_.journal_->ReleaseCursor(id);
    }
    Finish();
  }));
  for (const std::string& id : removed_outputs_) {
    supervisor_.outputs_.at(id)->Stop(Duration::zero(),
                                      [part = all.Take()]() mutable { part.reset(); });
  }
}

void Supervisor::ApplyJob::Problem(const PartConfig& part, const Status& status) {
  if (status.ok()) return;
  // Some parts name themselves.
  const bool named = status.message().starts_with(part.id + ": ");
  const Status shown = named ? status : status.WithSubject(part.id);
  const andon::Problem problem{part.mark, std::string(shown.message())};
  report_.problems.push_back(part.mark.file.empty() ? problem.message : problem.ToString());
}

void Supervisor::ApplyJob::Fail() {
  prepared_outputs_.clear();
  for (const OutputConfig* output : new_outputs_) {
    supervisor_.journal_->ReleaseCursor(output->id);
  }
  report_.parts.clear();
  report_.status = InvalidConfig("revision " + revision_.id + " cannot run");
  supervisor_.SetRefused("the last change cannot run, the one before it does: " +
                         (report_.problems.empty() ? "" : report_.problems.front()));
  const Countdown all(Then([this] { Tell(); }));
  for (WorkerThread& one : supervisor_.workers_) {
    one.thread->loop().Post([this, worker = one.worker.get(), part = all.Take()]() mutable {
      worker->DropPrepared();
      supervisor_.environment_.main.Post([part = std::move(part)]() mutable { part.reset(); });
    });
  }
}

void Supervisor::ApplyJob::Finish() {
  supervisor_.running_ = revision_;
  supervisor_.SetRefused("");
  Tell();
}

void Supervisor::ApplyJob::Tell() {
  supervisor_.JobDone();
  done_(std::move(report_));
}

}  // namespace andon
