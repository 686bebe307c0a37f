// inputs/andon_log: what andond says of itself, as events: host, level, part, message and the
// fields of each line of its log.
//
//   inputs:
//     - {type: andon_log, tag: andon.log, level: warn}
//
// Thread: worker 0, fed from every thread. The log is not kept: what is logged while the pipeline
// is down, or faster than `rate`, is on stderr only and counted. An event about the delivery of
// such events cannot call forth another without end: what is logged while they are emitted is left
// out, and everything else is bounded by `rate`.

#include <memory>
#include <string>
#include <utility>

#include "core/config/config_reader.h"
#include "core/plugin/input.h"
#include "core/plugin/registry.h"
#include "inputs/andon_log/log_queue.h"

namespace andon {

namespace andon_log {
enum class Level : uint8_t { kDebug, kInfo, kWarn, kError };
}  // namespace andon_log

template <>
struct EnumNames<andon_log::Level> {
  using Level = andon_log::Level;
  static constexpr std::pair<std::string_view, Level> kNames[] = {{"debug", Level::kDebug},
                                                                  {"info", Level::kInfo},
                                                                  {"warn", Level::kWarn},
                                                                  {"error", Level::kError}};
};

namespace andon_log {
namespace {

class AndonLogInput final : public Input {
 public:
  struct Config {
    std::string tag = "andon.log";
    LogQueueOptions queue;

    static Result<Config> Parse(const ConfigNode& node) {
      Config config;
      Level level = Level::kInfo;
      ConfigReader reader(node);
      reader.Optional("tag", &config.tag, "of the events");
      reader.Optional("level", &level,
                      "the least that is taken; service.log_level says what is logged at all");
      reader.Optional("rate", &config.queue.rate, "at most so many events in a second");
      reader.Optional("queue", &config.queue.events,
                      "so many events wait while the pipeline does not take them");
      config.queue.level = static_cast<LogLevel>(level);
      if (!reader.describing()) {
        const Status tag = CheckTag(config.tag);
        if (!tag.ok()) reader.Fail("tag", std::string(tag.message()));
      }
      RETURN_IF_ERROR(reader.Finish());
      return config;
    }
  };
  explicit AndonLogInput(const Config& config) : config_(config), tag_(config.tag) {}
  ~AndonLogInput() override { Close(); }

  Status Prepare(InputContext& context) override {
    context_ = &context;
    return OkStatus();
  }

  void Start(Emitter& emitter) override {
    if (context_->worker != 0) return;
    emitter_ = &emitter;
    queue_ = std::make_shared<LogQueue>(config_.queue, *context_, [self = self_] {
      if (*self != nullptr) (*self)->EmitWaiting();
    });
    tap_ = SetLogTap([queue = queue_](const LogEvent& event) { queue->Add(event); });
  }

  void Pause() override { paused_ = true; }
  void Resume() override {
    paused_ = false;
    EmitWaiting();
  }

  void Stop(UniqueFunction<void()> done) override {
    paused_ = false;
    EmitWaiting();
    Close();
    emitter_ = nullptr;
    done();
  }

 private:
  void EmitWaiting() {
    if (paused_ || emitter_ == nullptr) return;
    queue_->Take(&batch_);
    if (batch_.empty()) return;
    const LogQueue::Emitting emitting;
    emitter_->Emit(batch_.Batch(tag_), {}, Ack());
  }

  void Close() {
    *self_ = nullptr;
    if (queue_ == nullptr) return;
    queue_->Close();
    RemoveLogTap(tap_);
    queue_.reset();
  }

  const Config config_;
  const Tag tag_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;
  bool paused_ = false;
  uint64_t tap_ = 0;
  BatchBuilder batch_;
  std::shared_ptr<LogQueue> queue_;
  std::shared_ptr<AndonLogInput*> self_ = std::make_shared<AndonLogInput*>(this);
};

const Register<Input, AndonLogInput> kAndonLog("andon_log",
                                               "what andond says of itself, as events");

}  // namespace
}  // namespace andon_log
}  // namespace andon
