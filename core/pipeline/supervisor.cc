#include "core/pipeline/supervisor.h"

#include <utility>

#include "core/base/log.h"
#include "core/pipeline/apply_job.h"
#include "core/pipeline/countdown.h"

namespace andon {

Supervisor::Supervisor(Environment environment) : environment_(std::move(environment)) {}

Supervisor::~Supervisor() = default;

void Supervisor::Apply(Revision revision, UniqueFunction<void(ApplyReport)> done) {
  waiting_.push_back({std::move(revision), std::move(done)});
  StartNextJob();
}

void Supervisor::StartNextJob() {
  if (job_ != nullptr || waiting_.empty() || stopping_) return;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  job_ = std::make_unique<ApplyJob>(*this, std::move(next.revision), std::move(next.done));
  job_->Run();
}

void Supervisor::JobDone() {
  // Before anybody is told: what is not listened on any more is closed by then.
  if (environment_.release_sockets) environment_.release_sockets();
  // Posted: the job is still on the stack.
  environment_.main.Post([this] {
    job_.reset();
    if (shutdown_) {
      BeginShutdown();
    } else {
      StartNextJob();
    }
  });
}

Status Supervisor::OpenJournal(const PipelineConfig& config) {
  journal_thread_ = environment_.start_thread("journal");
  auto journal =
      Journal::Open(config.journal, environment_.files, journal_thread_->loop(),
                    environment_.random, MetricScope(environment_.metrics, {{"kind", "journal"}}));
  if (!journal.ok()) {
    journal_thread_.reset();
    return journal.status();
  }
  journal_ = *std::move(journal);
  return OkStatus();
}

void Supervisor::StartWorkers(const PipelineConfig& config) {
  const int count = config.service.workers;
  for (int i = 0; i < count; ++i) {
    WorkerThread one;
    one.thread = environment_.start_thread("worker-" + std::to_string(i));
    one.worker = std::make_unique<Worker>(
        environment_,
        Worker::Place{.index = i, .workers = count, .data_dir = config.service.data_dir},
        one.thread->loop(), *journal_);
    one.thread->loop().Post([worker = one.worker.get()] { worker->Start(); });
    workers_.push_back(std::move(one));
  }
}

std::unique_ptr<OutputRunner> Supervisor::MakeRunner(OutputConfig config) {
  const bool first = counted_outputs_.insert(config.id).second;
  return std::make_unique<OutputRunner>(
      std::move(config),
      OutputRunner::Place{
          .environment = environment_,
          .journal = *journal_,
          .data_dir = config_.service.data_dir,
          .reject =
              [&loop = workers_.front().thread->loop(),
               worker = workers_.front().worker.get()](std::unique_ptr<RejectedEvents> rejected) {
                loop.Post([worker, rejected = std::move(rejected)]() mutable {
                  worker->EmitRejected(std::move(rejected));
                });
              },
          .count_inherited = first});
}

void Supervisor::Shutdown(UniqueFunction<void(Status)> done) {
  CHECK(!stopping_);
  stopping_ = true;
  waiting_.clear();
  shutdown_ = std::move(done);
  if (job_ == nullptr) BeginShutdown();  // Else when the job has ended.
}

void Supervisor::BeginShutdown() {
  StopWorkers([this] {
    StopOutputs([this] {
      TellLeft();
      CloseWorkers([this] { StopJournal(std::move(shutdown_)); });
    });
  });
}

void Supervisor::StopWorkers(UniqueFunction<void()> done) {
  const Countdown all(std::move(done));
  for (WorkerThread& one : workers_) {
    one.thread->loop().Post([this, worker = one.worker.get(), part = all.Take(),
                             grace = config_.service.shutdown_grace]() mutable {
      worker->StopInputs(grace, [this, part = std::move(part)]() mutable {
        environment_.main.Post([part = std::move(part)]() mutable { part.reset(); });
      });
    });
  }
}

void Supervisor::StopOutputs(UniqueFunction<void()> done) {
  const Countdown all(std::move(done));
  for (auto& [id, runner] : outputs_) {
    runner->Stop(config_.service.shutdown_grace, [part = all.Take()]() mutable { part.reset(); });
  }
}

void Supervisor::TellLeft() const {
  const bool keeps = !config_.journal.directory.empty();
  for (const auto& [id, runner] : outputs_) {
    if (runner->left() == 0) continue;
    if (keeps) {
      LogInfo(id, "not everything is delivered, the rest stays in the journal",
              {{"events", runner->left()}});
    } else {
      LogWarn(id, "not everything is delivered, and there is no journal to keep the rest",
              {{"events", runner->left()}});
    }
  }
}

void Supervisor::CloseWorkers(UniqueFunction<void()> done) {
  outputs_.clear();
  const Countdown all(std::move(done));
  for (WorkerThread& one : workers_) {
    one.thread->loop().Post([this, worker = one.worker.get(), part = all.Take()]() mutable {
      worker->Close();
      environment_.main.Post([part = std::move(part)]() mutable { part.reset(); });
    });
  }
}

void Supervisor::StopJournal(UniqueFunction<void(Status)> done) {
  if (journal_ == nullptr) {
    done(OkStatus());
    return;
  }
  journal_->Stop(environment_.main, [this, done = std::move(done)](Status status) mutable {
    // Posted: the journal is still on the stack.
    environment_.main.Post([this, done = std::move(done), status = std::move(status)]() mutable {
      for (WorkerThread& one : workers_) one.thread.reset();
      workers_.clear();
      journal_thread_.reset();
      journal_.reset();
      done(std::move(status));
    });
  });
}

std::vector<Router::Target> Supervisor::Targets() const {
  std::vector<Router::Target> targets;
  for (const OutputConfig& config : config_.outputs) {
    const auto runner = outputs_.find(config.id);
    CHECK(runner != outputs_.end());
    targets.push_back({config.id, config.match, runner->second->ledger(), config.last_resort});
  }
  return targets;
}

void Supervisor::SetRefused(const std::string& why) {
  refused_ = running_.id.empty() ? "" : why;
  environment_.metrics
      .GetGauge("andon_config_refused", {},
                "1 while an older configuration runs than was asked for")
      .Set(refused_.empty() ? 0 : 1);
}

Health Supervisor::health() const {
  Health health;
  health.ready = !stopping_ && !running_.id.empty();
  if (stopping_) health.reasons.emplace_back("stopping");
  if (running_.id.empty()) health.reasons.emplace_back("starting: no configuration runs yet");
  if (!refused_.empty()) health.reasons.push_back("configuration: " + refused_);
  for (const WorkerThread& one : workers_) {
    if (!one.worker->paused()) continue;
    health.ready = false;
    health.reasons.emplace_back(
        "journal: full (its size, the disk or memory), inputs are paused until outputs catch up");
    break;
  }
  for (const auto& [id, runner] : outputs_) {
    const std::string trouble = runner->trouble();
    if (!trouble.empty())
      health.reasons.push_back(std::string("output ").append(id).append(": ").append(trouble));
  }
  return health;
}

}  // namespace andon
