#include "core/pipeline/output_runner.h"

#include <utility>

#include "core/base/log.h"

namespace andon {

namespace {

constexpr Duration kDrainCheck = std::chrono::milliseconds(10);
// A commit takes a few milliseconds: what was emitted last shows up a little later.
constexpr int kIdleChecks = 3;
constexpr Duration kOutputStopLimit = std::chrono::seconds(2);
constexpr Duration kSaveLimit = std::chrono::seconds(5);

}  // namespace

// Made on the main thread, then used and emptied on the output's.
struct OutputRunner::OnThread : std::enable_shared_from_this<OutputRunner::OnThread> {
  OnThread(const OutputConfig& config, const Place& place, PartLedger& ledger, Loop& loop)
      : environment(place.environment),
        reject(place.reject),
        retry(config.retry),
        network(place.environment.make_network(loop)),
        context{{.id = config.id,
                 .hostname = place.environment.hostname,
                 .data_dir = place.data_dir,
                 .loop = loop,
                 .network = *network,
                 .files = place.environment.files,
                 .random = place.environment.random,
                 .metrics = MetricScope(place.environment.metrics,
                                        {{"kind", "output"}, {"id", config.id}}),
                 .ledger = ledger},
                {},
                {},
                place.journal.id()} {}

  Result<OutputLimits> Prepare() {
    context.note = cursor->note();
    context.save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
      cursor->Save(std::move(note), std::move(done));
    };
    return output->Prepare(context);
  }

  void MakeFlusher(const OutputLimits& limits) {
    flusher = std::make_unique<Flusher>(
        Flusher::Parts{
            .id = context.id,
            .loop = context.loop,
            .random = context.random,
            .ledger = context.ledger,
            .metrics = context.metrics,
            .output = *output,
            .cursor = *cursor,
            .trouble = trouble,
            .reject =
                [this](std::unique_ptr<RejectedEvents> rejected) { reject(std::move(rejected)); }},
        limits, retry);
  }

  void OnReady() {
    if (flusher != nullptr) flusher->OnReady();
  }

  void Stop(Duration grace, UniqueFunction<void()> done) {
    if (flusher != nullptr) return Drain(context.loop.Now() + grace, 0, std::move(done));
    stopped = std::move(done);  // It could not be prepared.
    Release();
  }

  // Looks again and again until all is delivered or the time is over.
  void Drain(MonotonicTime deadline, int idle_checks, UniqueFunction<void()> done) {
    const int idle = flusher->idle() ? idle_checks + 1 : 0;
    if (idle >= kIdleChecks || context.loop.Now() >= deadline) {
      StopWriting(std::move(done));
      return;
    }
    timer =
        context.loop.After(kDrainCheck, [this, deadline, idle, done = std::move(done)]() mutable {
          Drain(deadline, idle, std::move(done));
        });
  }

  void StopWriting(UniqueFunction<void()> done) {
    stopped = std::move(done);
    // Posted: this may run inside a timer's task, which the new timer would take away.
    context.loop.Post([self = shared_from_this()] {
      self->timer = self->context.loop.After(kOutputStopLimit, [self = self.get()] {
        LogWarn(self->context.id, "output did not stop in time, what it had is sent again later");
        self->Save();
      });
      self->output->Closing();
      self->flusher->Stop([self = self.get()] { self->output->Stop([self] { self->Save(); }); });
    });
  }

  void Save() {
    if (saving) return;
    saving = true;
    left = cursor->held_events();
    // A disk that does not take the cursor must not keep the process from ending.
    timer = context.loop.After(kSaveLimit, [this] {
      LogWarn(context.id, "the cursor could not be stored in time, some events are sent again");
      Release();
    });
    cursor->Save("", [weak = weak_from_this()](const Status&) {
      if (const auto self = weak.lock()) self->Release();
    });
  }

  void Release() {
    if (released) return;
    released = true;
    // Posted: neither the cursor nor the timer may be destroyed inside its own call.
    context.loop.Post([self = shared_from_this()] {
      self->Clear();
      std::exchange(self->stopped, nullptr)();
    });
  }

  void Clear() {
    timer.reset();
    flusher.reset();
    output.reset();
    cursor.reset();
    network.reset();
  }

  const Environment& environment;
  std::function<void(std::unique_ptr<RejectedEvents>)> reject;
  RetryConfig retry;
  std::unique_ptr<Network> network;
  OutputContext context;
  std::unique_ptr<OutputCursor> cursor;
  std::unique_ptr<Output> output;
  std::unique_ptr<Flusher> flusher;
  OutputTrouble trouble;
  std::unique_ptr<Timer> timer;
  UniqueFunction<void()> stopped;
  uint64_t left = 0;
  bool saving = false;
  bool released = false;
};

OutputRunner::OutputRunner(OutputConfig config, Place place)
    : config_(std::move(config)),
      place_(std::move(place)),
      ledger_(std::make_shared<PartLedger>(
          MetricScope(place_.environment.metrics, {{"kind", "output"}, {"id", config_.id}}))) {}

OutputRunner::~OutputRunner() {
  if (on_thread_ != nullptr && thread_ != nullptr) {
    thread_->loop().Post([part = on_thread_] { part->Clear(); });
  }
}

void OutputRunner::Prepare(UniqueFunction<void(Status)> done) {
  thread_ = place_.environment.start_thread("out:" + config_.id.substr(0, 11));
  Loop& loop = thread_->loop();
  on_thread_ = std::make_shared<OnThread>(config_, place_, *ledger_, loop);
  OnThread* part = on_thread_.get();
  part->output = config_.factory();
  part->cursor = place_.journal.OpenCursor(
      {.id = config_.id,
       .from_oldest = config_.from_oldest,
       .wants = [match = config_.match](std::string_view tag) { return match.Matches(tag); },
       .routing_follows = true},
      loop, [part] { part->OnReady(); },
      [part](const LaneId& lane) {
        if (part->flusher != nullptr) part->output->LaneClosed(lane);
      });
  if (place_.count_inherited) ledger_->Received(part->cursor->held_events());
  loop.Post([this, part = on_thread_, done = std::move(done)]() mutable {
    Result<OutputLimits> limits = part->Prepare();
    if (limits.ok()) part->MakeFlusher(WithWishes(*limits));
    part->environment.main.Post(
        [done = std::move(done), status = limits.status()]() mutable { done(std::move(status)); });
  });
}

OutputLimits OutputRunner::WithWishes(OutputLimits limits) const {
  const ChunkConfig& wishes = config_.chunk;
  if (wishes.bytes.has_value()) limits.bytes = wishes.bytes->bytes;
  if (wishes.events.has_value()) limits.events = *wishes.events;
  if (wishes.age.has_value()) limits.age = *wishes.age;
  if (wishes.in_flight.has_value()) limits.in_flight = *wishes.in_flight;
  return limits;
}

void OutputRunner::Start() {
  thread_->loop().Post([part = on_thread_] { part->flusher->Start(); });
}

void OutputRunner::Stop(Duration grace, UniqueFunction<void()> done) {
  thread_->loop().Post([part = on_thread_, grace, done = std::move(done)]() mutable {
    // Kept by the part itself, so it must not hold it.
    auto on_main = [&main = part->environment.main, done = std::move(done)]() mutable {
      main.Post([done = std::move(done)]() mutable { done(); });
    };
    part->Stop(grace, std::move(on_main));
  });
}

uint64_t OutputRunner::left() const { return on_thread_ != nullptr ? on_thread_->left : 0; }

std::string OutputRunner::trouble() const {
  return on_thread_ != nullptr ? on_thread_->trouble.Get() : std::string();
}

}  // namespace andon
