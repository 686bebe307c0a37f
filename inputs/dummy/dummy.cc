// inputs/dummy: makes events up; for tests and measurements. After a restart it goes on with the
// number after the last event that the journal has.
//
//   inputs:
//     - type: dummy
//       tag: test.dummy
//       rate: 1000
//       count: 100000
//       sequence: n
//       record: {message: hello, level: INFO}
//
// Thread: worker 0; the instances on other workers do nothing. Never fails.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "core/config/config_reader.h"
#include "core/event/batch_builder.h"
#include "core/plugin/input.h"
#include "core/plugin/registry.h"
#include "inputs/dummy/record_template.h"

namespace andon {
namespace {

constexpr uint64_t kEventsAtOnce = 1000;
constexpr Duration kShortestWait = std::chrono::milliseconds(10);
constexpr double kNanoseconds = 1e9;
constexpr double kMaxRate = 1e9;

class DummyInput final : public Input {
 public:
  struct Config {
    std::string tag;
    double rate = 1;
    uint64_t count = 0;
    std::string sequence;
    uint64_t first = 1;
    std::string record;  // A msgpack map.

    static Result<Config> Parse(const ConfigNode& node);
  };
  explicit DummyInput(const Config& config) : config_(config), tag_(config.tag) {}
  ~DummyInput() override { *self_ = nullptr; }

  Status Prepare(InputContext& context) override {
    context_ = &context;
    source_ = "dummy:" + context.id;
    return OkStatus();
  }
  void Start(Emitter& emitter) override {
    if (context_->worker != 0) return;
    emitter_ = &emitter;
    ReadPosition();
    Resume();
  }
  void Pause() override { running_ = false; }
  void Resume() override {
    if (emitter_ == nullptr || running_) return;
    running_ = true;
    // What a pause has cost is not caught up with.
    began_ = context_->loop.Now();
    made_since_ = 0;
    Schedule();
  }
  void Stop(UniqueFunction<void()> done) override {
    running_ = false;
    emitter_ = nullptr;
    timer_.reset();
    done();
  }

 private:
  void ReadPosition();
  uint64_t Left() const {
    return config_.count == 0 ? UINT64_MAX : config_.count - std::min(made_, config_.count);
  }
  uint64_t Due() const;
  void Schedule();
  void Tick();
  void EmitSome(uint64_t events);

  const Config config_;
  const Tag tag_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;
  std::string source_;
  uint64_t made_ = 0;  // In all runs, as the journal has it.
  bool running_ = false;
  bool scheduled_ = false;
  MonotonicTime began_{};
  uint64_t made_since_ = 0;
  BatchBuilder batch_;
  std::unique_ptr<Timer> timer_;
  std::shared_ptr<DummyInput*> self_ = std::make_shared<DummyInput*>(this);
};

Result<DummyInput::Config> DummyInput::Config::Parse(const ConfigNode& node) {
  Config config;
  ConfigReader reader(node);
  reader.Required("tag", &config.tag, "of every event");
  reader.Optional("rate", &config.rate, "events a second; 0: as fast as they are taken");
  reader.Optional("count", &config.count, "so many events in all, over restarts; 0: no end");
  reader.Optional("sequence", &config.sequence,
                  "name of a field that gets the event's number; empty: none");
  reader.Optional("first", &config.first, "the number of the first event");
  const ConfigNode record =
      reader.Child("record", false, "map", "{message: dummy}", "fields of every event");
  if (!reader.describing()) {
    const Status tag = CheckTag(config.tag);
    if (!tag.ok() && node.Has("tag")) reader.Fail("tag", std::string(tag.message()));
    if (!(config.rate >= 0) || config.rate > kMaxRate) {
      reader.Fail("rate", "must be 0 to 1000000000 events a second");
    }
    if (record.kind() == ConfigNode::Kind::kMissing) {
      config.record =
          "\x81\xa7message\xa5"
          "dummy";
    } else if (auto encoded = dummy::EncodeRecord(record)) {
      config.record = *std::move(encoded);
    }
  }
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

void DummyInput::ReadPosition() {
  const auto position = context_->positions.Find(source_);
  if (!position.has_value()) return;
  std::from_chars(position->data(), position->data() + position->size(), made_);
}

uint64_t DummyInput::Due() const {
  if (config_.rate == 0) return std::min(Left(), kEventsAtOnce);
  const double seconds = std::chrono::duration<double>(context_->loop.Now() - began_).count();
  // A little more than exact, so that a timer on the dot is not one event short.
  const auto due = static_cast<uint64_t>(seconds * config_.rate + 1e-6);
  return std::min({Left(), due - std::min(due, made_since_), kEventsAtOnce});
}

void DummyInput::Schedule() {
  if (scheduled_ || !running_ || Left() == 0) return;
  scheduled_ = true;
  auto tick = [self = self_] {
    if (*self != nullptr) (*self)->Tick();
  };
  if (config_.rate == 0 || Due() > 0) {
    context_->loop.Post(std::move(tick));
    return;
  }
  const Duration next(static_cast<int64_t>(
      std::ceil(static_cast<double>(made_since_ + 1) / config_.rate * kNanoseconds)));
  const Duration wait = std::max(began_ + next - context_->loop.Now(), kShortestWait);
  timer_ = context_->loop.After(wait, [tick = std::move(tick), &loop = context_->loop]() mutable {
    // Posted: a timer must not be destroyed inside its own task.
    loop.Post(std::move(tick));
  });
}

void DummyInput::Tick() {
  scheduled_ = false;
  if (!running_) return;
  const uint64_t due = Due();
  if (due > 0) EmitSome(due);
  Schedule();
}

void DummyInput::EmitSome(uint64_t events) {
  batch_.Clear();
  const ValueView fields(AsBytes(config_.record));
  const EventTime now = context_->loop.WallNow();
  for (uint64_t i = 0; i < events; ++i) {
    RecordWriter record(batch_, now);
    if (!config_.sequence.empty()) record.FieldUint(config_.sequence, config_.first + made_ + i);
    for (auto it = fields.begin_map(); !it.done(); it.Next()) {
      record.Field(*it.key().AsString(), it.value());
    }
    record.Commit();
  }
  made_ += events;
  made_since_ += events;
  context_->ledger.Received(events);
  const std::string value = std::to_string(made_);
  const Position position{source_, AsBytes(value)};
  emitter_->Emit(batch_.Batch(tag_), {&position, 1}, Ack());
}

const Register<Input, DummyInput> kDummy("dummy", "makes events up, for tests and measurements");

}  // namespace
}  // namespace andon
