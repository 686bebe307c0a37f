// Everything that a plugin is given, fake: clock, loop, positions, metrics, ledger.
//
//   ContextFixture fixture;
//   auto input = MakePlugin<Input>("dummy", "{rate: 10}");
//   ASSERT_THAT((*input)->Prepare(fixture.input()), IsOk());
//   (*input)->Start(fixture.emitter);
//   fixture.world.Advance(1s);
//   EXPECT_EQ(fixture.emitter.count(), 10u);
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/metrics/metrics.h"
#include "core/plugin/context.h"
#include "core/plugin/part_ledger.h"
#include "test/support/collecting_emitter.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"
#include "test/support/memory_positions.h"
#include "test/support/switch_network.h"

namespace andon {

struct ContextOptions {
  std::string id = "part";
  std::string kind = "input";  // The metrics' label.
  std::string data_dir;
  std::string journal_id;       // Of an output's context.
  FileSystem* files = nullptr;  // Null: the machine's.
  Network* network = nullptr;   // Null: everything is refused; see network.Use().
  int worker = 0;
  int workers = 1;
};

// Declare it before the plugin: it must outlive it.
class ContextFixture {
 public:
  explicit ContextFixture(const ContextOptions& options = {})
      : loop(world),
        scope_(metrics, {{"kind", options.kind}, {"id", options.id}}),
        ledger(scope_),
        emitter(&positions),
        input_{Base(options), options.worker, options.workers, positions},
        output_{Base(options), "", {}, options.journal_id} {
    network.Use(options.network);
    output_.save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
      notes.push_back(std::move(note));
      if (note_status.ok()) output_.note = notes.back();
      loop.Post([this, done = std::move(done)]() mutable { done(note_status); });
    };
  }

  PluginContext& plugin() { return input_; }
  InputContext& input() { return input_; }
  OutputContext& output() { return output_; }

  FakeWorld world;
  FakeLoop loop;
  SwitchNetwork network;
  MetricRegistry metrics;
  MemoryPositions positions;

 private:
  MetricScope scope_;

 public:
  PartLedger ledger;
  CollectingEmitter emitter;
  std::vector<std::string> notes;  // Every one that an output saved, in order.
  Status note_status;              // What saving a note answers.

 private:
  PluginContext Base(const ContextOptions& options) {
    FileSystem& files = options.files != nullptr ? *options.files : RealFileSystem();
    return {options.id, "host.example", options.data_dir, loop,  network,
            files,      world.random(), scope_,           ledger};
  }

  InputContext input_;
  OutputContext output_;
};

}  // namespace andon
