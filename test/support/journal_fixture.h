// A journal on a crashing disk and fake loops, with one or more lanes, and outputs that remember
// what they were given. Every event is a number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/journal/journal.h"
#include "test/support/crash_disk.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"

namespace andon {

// Counts what it is told.
class TestAcks : public AckSink {
 public:
  void OnAck(uint64_t token, Outcome outcome) override {
    (outcome == Outcome::kDurable ? durable : dropped).insert(token);
  }
  std::set<uint64_t> durable;
  std::set<uint64_t> dropped;
};

struct DeliveredEvent {
  LaneId lane;
  Sequence sequence = 0;
  uint64_t number = 0;
  std::string tag;
};

// Reads with a cursor and finishes at once, unless it is told to hold on.
class TestOutput {
 public:
  TestOutput(Journal& journal, FakeWorld& world, const CursorOptions& options);
  ~TestOutput();

  void Pump();  // Takes all chunks that are there.
  std::vector<uint64_t> numbers() const;

  FakeLoop loop;
  std::unique_ptr<OutputCursor> cursor;
  bool holds = false;   // Chunks stay in `held` instead of being finished.
  bool paused = false;  // Takes nothing.
  size_t max_bytes = size_t{1} << 20;
  uint64_t max_events = UINT64_MAX;
  std::vector<Chunk> held;
  std::vector<DeliveredEvent> events;
  std::vector<LaneId> closed_lanes;
  int ready_calls = 0;
};

class JournalFixture {
 public:
  explicit JournalFixture(uint64_t seed = 1, FakeWorld::Order order = FakeWorld::Order::kFifo);
  ~JournalFixture();

  static constexpr const char* kDirectory = "/data/journal";

  Status Open();
  // Also without an answer: as a process that is killed.
  void Kill();
  Status Stop();

  RouteId RouteTo(const std::vector<std::string>& ids) { return journal->RouteTo(ids); }
  TestOutput& AddOutput(const std::string& id, bool from_oldest = false);
  TestOutput& Output(const std::string& id) { return *outputs.at(id); }

  struct AppendSpec {
    std::string tag = "log.a";
    RouteId route = 0;
    size_t padding = 0;  // Bytes more in each event.
    bool ack = false;    // With the first number as its token.
    std::vector<Position> covers;
    size_t lane = 0;
  };
  // Events `first` to `first + count` - 1.
  Sequence Append(uint64_t first, uint32_t count, const AppendSpec& spec);
  void Run() { world.RunUntilIdle(); }
  // Timers too: everything that is on its way arrives.
  void Settle(Duration by = std::chrono::seconds(1)) { world.Advance(by); }

  std::vector<std::string> SegmentPaths() const;

  FakeWorld world;
  FakeLoop main_loop;
  FakeLoop journal_loop;
  CrashDisk disk;
  std::unique_ptr<Random> random;
  MetricRegistry metrics;
  JournalOptions options;
  size_t lane_count = 1;
  std::vector<std::unique_ptr<FakeLoop>> worker_loops;
  std::unique_ptr<Journal> journal;
  std::vector<std::unique_ptr<LaneWriter>> lanes;
  std::vector<bool> pressure;  // What each lane was told last.
  std::map<std::string, std::unique_ptr<TestOutput>> outputs;
  TestAcks acks;
};

// first, first + 1, ... last.
std::vector<uint64_t> Numbers(uint64_t first, uint64_t last);

// The numbers in a chunk, with tags and sequences.
std::vector<DeliveredEvent> EventsOf(const Chunk& chunk);

}  // namespace andon
