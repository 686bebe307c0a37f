// An outputs/forward and some inputs/forward over a wire with faults: a sender with a lane of
// numbered events and a small flusher, receivers with a small journal. Each can be killed at any
// moment and started again with what was durable.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/event/run_set.h"
#include "core/plugin/input.h"
#include "core/plugin/output.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_network.h"
#include "test/support/fake_world.h"
#include "test/support/memory_positions.h"

namespace andon {

// One process: what ends with it.
struct RigProcess {
  RigProcess(FakeWorld& world, FakeWire& wire, const std::string& host, const std::string& id)
      : loop(world),
        network(wire, loop, host),
        scope(metrics, {{"kind", "part"}, {"id", id}}),
        ledger(scope) {}
  PluginContext Context(const std::string& host, const std::string& id, Random& random) {
    return {id, host, "", loop, network, RealFileSystem(), random, scope, ledger};
  }
  FakeLoop loop;
  FakeNetwork network;
  MetricRegistry metrics;
  MetricScope scope;
  PartLedger ledger;
};

// What a journal does with what is emitted: durable later, in order, events with their positions.
class RigJournal : public Emitter {
 public:
  using Emitter::Emit;
  void Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
            Ack ack) override;
  void AckWhenDurable(Ack ack) override { Emit({}, {}, std::move(ack)); }
  TagTable& tags() override { return tags_; }

  void Commit();  // All of it.
  void Crash();   // What is not durable is gone.
  MemoryPositions& positions() { return positions_; }
  // How often each event, by its record, is stored.
  const std::map<std::string, int>& stored() const { return stored_; }

 private:
  struct OwnedPosition {
    std::string source;
    std::string value;
    Position::Kind kind;
  };
  struct Unit {
    std::vector<std::string> records;
    std::vector<OwnedPosition> positions;
    Ack ack;
  };
  TagTable tags_;
  MemoryPositions positions_;
  std::deque<Unit> pending_;
  std::map<std::string, int> stored_;
};

class RigReceiver {
 public:
  RigReceiver(FakeWorld& world, FakeWire& wire, std::string host, std::string yaml);
  ~RigReceiver() { Kill(); }
  void Start();
  void Kill();
  bool running() const { return input_ != nullptr; }
  RigJournal& journal() { return journal_; }

 private:
  void CommitLater();
  FakeWorld& world_;
  FakeWire& wire_;
  const std::string host_;
  const std::string yaml_;
  RigJournal journal_;
  std::unique_ptr<RigProcess> process_;
  std::unique_ptr<InputContext> context_;
  std::unique_ptr<Input> input_;
  std::unique_ptr<Timer> commit_;
};

class RigSender {
 public:
  struct Options {
    std::string yaml;
    Sequence events = 1000;
    uint64_t chunk_events = 100;  // At most.
    bool fixed_chunks = false;    // Always as large as that.
  };
  RigSender(FakeWorld& world, FakeWire& wire, Options options);
  ~RigSender() { Kill(); }
  void Start();
  void Kill();
  bool running() const { return output_ != nullptr; }
  bool done() const { return done_.watermark() >= options_.events; }
  uint64_t possibly_doubled() const { return doubled_; }

 private:
  void Pump();
  void Write(Range range);
  void Answered(Range range, const WriteResult& result);
  void CommitLater();

  FakeWorld& world_;
  FakeWire& wire_;
  const Options options_;
  std::unique_ptr<RigProcess> process_;
  std::unique_ptr<OutputContext> context_;
  std::unique_ptr<Output> output_;
  std::unique_ptr<Timer> commit_;
  std::vector<std::unique_ptr<Timer>> waiting_;
  std::string note_;  // Durable.
  RunSet done_;       // Of this process.
  RunSet durable_;    // As stored with the cursor.
  RunSet taken_;      // Done, under way, or waiting for another try.
  int in_flight_ = 0;
  uint64_t doubled_ = 0;  // Of processes that were killed, too.
  std::shared_ptr<bool> alive_;
};

}  // namespace andon
