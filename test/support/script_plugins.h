// Plugins that do what a test says: test_input, test_output and test_filter. Include it in the
// files of one test program.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/plugin/filter.h"
#include "core/plugin/input.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"
#include "test/support/test_event.h"

namespace andon {

// What `label` and `fails` of a plugin's options say; a change of the label is a changed part.
struct ScriptConfig {
  std::string label;
  bool fails = false;

  static Result<ScriptConfig> Parse(const ConfigNode& node) {
    ScriptConfig config;
    ConfigReader reader(node);
    reader.Optional("label", &config.label, "any text");
    reader.Optional("fails", &config.fails, "Prepare fails");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
  Status Prepared() const { return fails ? Unavailable("it was told to fail") : OkStatus(); }
};

class ScriptInput;
class ScriptOutput;
// The instances that live, by id: tests make them emit and deliver.
inline std::map<std::string, ScriptInput*>& Inputs() {
  static std::map<std::string, ScriptInput*> inputs;
  return inputs;
}
inline std::map<std::string, ScriptOutput*>& Outputs() {
  static std::map<std::string, ScriptOutput*> outputs;
  return outputs;
}

class ScriptInput final : public Input {
 public:
  using Config = ScriptConfig;
  explicit ScriptInput(Config config) : config_(std::move(config)) {}
  ~ScriptInput() override {
    if (emitter_ != nullptr && Inputs()[id_] == this) Inputs().erase(id_);
  }
  Status Prepare(InputContext& context) override {
    id_ = context.id;
    ledger_ = &context.ledger;
    return config_.Prepared();
  }
  // As events and error events of one Emit.
  void EmitAndReject(const std::vector<std::string>& good, const std::vector<std::string>& bad) {
    ledger_->Received(good.size() + bad.size());
    ledger_->Rejected(bad.size());
    const TestBatch events("log.a", good);
    const TestBatch errors("andon.error.in.log.a", bad);
    const EventBatch batches[] = {events.batch(), errors.batch()};
    emitter_->Emit(batches, {}, Ack());
  }
  void Start(Emitter& emitter) override {
    emitter_ = &emitter;
    Inputs()[id_] = this;
  }
  void Pause() override {}
  void Resume() override {}
  void Stop(UniqueFunction<void()> done) override {
    stopped_ = true;
    done();
  }
  void Emit(std::string_view tag, const std::string& record) {
    ASSERT_FALSE(stopped_);
    const TestBatch batch(tag, std::vector<std::string>{record});
    emitter_->Emit(batch.batch(), {}, Ack());
  }

 private:
  const Config config_;
  std::string id_;
  PartLedger* ledger_ = nullptr;
  Emitter* emitter_ = nullptr;
  bool stopped_ = false;
};

class ScriptOutput final : public Output {
 public:
  using Config = ScriptConfig;
  explicit ScriptOutput(Config config) : config_(std::move(config)) {}
  ~ScriptOutput() override {
    if (Outputs()[id_] == this) Outputs().erase(id_);
  }
  Result<OutputLimits> Prepare(OutputContext& context) override {
    id_ = context.id;
    RETURN_IF_ERROR(config_.Prepared());
    return OutputLimits{};
  }
  void Start() override { Outputs()[id_] = this; }
  void Write(Chunk chunk, WriteDone done) override {
    if (holds) {
      held.emplace_back(std::move(chunk), std::move(done));
      return;
    }
    for (const TestEvent& event : DecodeChunk(chunk)) {
      Delivered()[id_].push_back(event.record + config_.label);
    }
    done({});
  }
  void Stop(UniqueFunction<void()> done) override {
    held.clear();  // Unanswered: they come back.
    done();
  }
  static std::map<std::string, std::vector<std::string>>& Delivered() {
    static std::map<std::string, std::vector<std::string>> delivered;
    return delivered;
  }

  bool holds = false;
  std::deque<std::pair<Chunk, WriteDone>> held;

 private:
  const Config config_;
  std::string id_;
};

class ScriptFilter final : public Filter {
 public:
  using Config = ScriptConfig;
  explicit ScriptFilter(Config config) : config_(std::move(config)) {}
  Status Prepare(const PluginContext&) override { return config_.Prepared(); }
  void Apply(const EventBatch& in, TagTable&, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) {
      out.Change(*it).Set("by", std::string_view(config_.label));
    }
  }

 private:
  const Config config_;
};

inline const Register<Input, ScriptInput> kInput("test_input", "emits what a test says");
inline const Register<Output, ScriptOutput> kOutput("test_output", "keeps what it gets");
inline const Register<Filter, ScriptFilter> kFilter("test_filter", "marks what it sees");

}  // namespace andon
