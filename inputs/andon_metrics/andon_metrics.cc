// inputs/andon_metrics: what andond counts, as events: received, passed, dropped by cause, retried
// and held of each part, the journal's size. metric_events.h shows the records.
//
//   inputs:
//     - {type: andon_metrics, tag: andon.metrics, interval: 10s}
//
// Thread: worker 0; the instances on other workers do nothing. Counters are told as what they have
// grown by, and everything once: what is counted while the pipeline takes nothing is in the events
// after that. What was counted after the last events of a process that is killed is in none.
// The number of events depends on the parts and the interval only, so these events, which are
// counted as well, cannot call forth more of them.

#include <memory>
#include <string>
#include <utility>

#include "core/config/config_reader.h"
#include "core/event/batch_builder.h"
#include "core/plugin/input.h"
#include "core/plugin/registry.h"
#include "inputs/andon_metrics/metric_events.h"

namespace andon {
namespace {

constexpr Duration kShortestInterval = std::chrono::milliseconds(100);

class AndonMetricsInput final : public Input {
 public:
  struct Config {
    std::string tag = "andon.metrics";
    Duration interval = std::chrono::seconds(10);

    static Result<Config> Parse(const ConfigNode& node) {
      Config config;
      ConfigReader reader(node);
      reader.Optional("tag", &config.tag, "of the events");
      reader.Optional("interval", &config.interval, "from events to events");
      if (!reader.describing()) {
        const Status tag = CheckTag(config.tag);
        if (!tag.ok()) reader.Fail("tag", std::string(tag.message()));
        if (config.interval < kShortestInterval) reader.Fail("interval", "must be 100ms or more");
      }
      RETURN_IF_ERROR(reader.Finish());
      return config;
    }
  };
  explicit AndonMetricsInput(const Config& config) : config_(config), tag_(config.tag) {}

  Status Prepare(InputContext& context) override {
    context_ = &context;
    return OkStatus();
  }

  void Start(Emitter& emitter) override {
    if (context_->worker != 0) return;
    emitter_ = &emitter;
    told_ = context_->loop.Now();
    Schedule();
  }

  void Pause() override { paused_ = true; }
  void Resume() override { paused_ = false; }

  void Stop(UniqueFunction<void()> done) override {
    timer_.reset();
    if (emitter_ != nullptr) Tell();
    emitter_ = nullptr;
    done();
  }

 private:
  void Schedule() {
    timer_ = context_->loop.After(config_.interval, [this] {
      if (!paused_) Tell();
      Schedule();
    });
  }

  void Tell() {
    const MonotonicTime now = context_->loop.Now();
    const std::chrono::duration<double> passed = now - std::exchange(told_, now);
    batch_.Clear();
    andon_metrics::AppendMetricEvents(context_->metrics.registry().ReadChanges(context_->id),
                                      {.hostname = context_->hostname,
                                       .time = context_->loop.WallNow(),
                                       .seconds = passed.count()},
                                      batch_);
    context_->ledger.Received(batch_.count());
    emitter_->Emit(batch_.Batch(tag_), {}, Ack());
  }

  const Config config_;
  const Tag tag_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;
  bool paused_ = false;
  MonotonicTime told_{};
  BatchBuilder batch_;
  std::unique_ptr<Timer> timer_;
};

const Register<Input, AndonMetricsInput> kAndonMetrics("andon_metrics",
                                                       "what andond counts, as events");

}  // namespace
}  // namespace andon
