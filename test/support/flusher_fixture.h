// A flusher between a cursor that has the chunks which a test made, and an output that answers what
// the test says.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/event/run_set.h"
#include "core/pipeline/flusher.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"

namespace andon {

inline constexpr LaneId kTestLane{7, 7};

// Chunks that a test made, and what was finished of them.
class ListCursor final : public OutputCursor {
 public:
  std::optional<Chunk> Next(size_t, uint64_t) override {
    if (chunks.empty()) return std::nullopt;
    Chunk chunk = chunks.front();
    chunks.pop_front();
    return chunk;
  }
  uint64_t ready_bytes() const override {
    uint64_t bytes = 0;
    for (const Chunk& chunk : chunks) bytes += chunk.bytes();
    return bytes;
  }
  void SetMemory(size_t) override {}
  using OutputCursor::Finish;
  void Finish(const LaneId& lane, std::span<const Range> ranges, std::string note) override {
    EXPECT_EQ(lane, kTestLane);
    for (const Range& range : ranges) finished.Add(range);
    if (!note.empty()) stored = std::move(note);
  }
  void Save(std::string note, UniqueFunction<void(Status)> done) override {
    if (!note.empty()) stored = std::move(note);
    done(OkStatus());
  }
  const std::string& note() const override { return stored; }
  Counts counts() const override { return {chunks.size(), gap, damaged}; }
  Counts TakeCounts() override {
    return {chunks.size(), std::exchange(gap, 0), std::exchange(damaged, 0)};
  }

  std::deque<Chunk> chunks;
  RunSet finished;
  std::string stored;
  uint64_t gap = 0;
  uint64_t damaged = 0;
};

class ScriptedOutput final : public Output {
 public:
  Result<OutputLimits> Prepare(OutputContext&) override { return OutputLimits{}; }
  void Start() override {}
  void Write(Chunk chunk, WriteDone done) override {
    written.push_back(chunk.window());
    events.push_back(chunk.events());
    if (forget) return;
    pending.push_back(std::move(done));
  }
  void Stop(UniqueFunction<void()> done) override { done(); }
  void Answer(WriteResult result) {
    WriteDone done = std::move(pending.front());
    pending.pop_front();
    done(std::move(result));
  }

  std::vector<Range> written;
  std::vector<uint64_t> events;
  std::deque<WriteDone> pending;
  bool forget = false;
};

// A flusher between the two, on a fake loop.
class FlusherFixture : public ::testing::Test {
 protected:
  void Start(const OutputLimits& limits = {},
             const RetryConfig& retry = {.initial = std::chrono::seconds(1),
                                         .maximum = std::chrono::seconds(8)}) {
    flusher_ = std::make_unique<Flusher>(
        Flusher::Parts{.id = "out",
                       .loop = *loop_,
                       .random = world_.random(),
                       .ledger = ledger_,
                       .metrics = scope_,
                       .output = output_,
                       .cursor = cursor_,
                       .trouble = trouble_,
                       .reject =
                           [this](std::unique_ptr<RejectedEvents> rejected) {
                             rejected_.push_back(std::move(rejected));
                           }},
        limits, retry);
    flusher_->Start();
    world_.RunUntilIdle();
  }

  // A chunk of `count` events from `first`, whose window is as wide.
  void Add(Sequence first, uint32_t count, const Tag* tag = nullptr) {
    auto builder = std::make_shared<BatchBuilder>();
    for (uint32_t i = 0; i < count; ++i) {
      RecordWriter record(*builder, {1, 0});
      record.Field("n", int64_t{i});
      record.Commit();
    }
    const EventBatch batch = builder->Batch(tag_);
    Chunk::Parts parts{.lane = kTestLane,
                       .window = {first, first + count - 1},
                       .settled = 0,
                       .pieces = {},
                       .pins = {builder}};
    parts.pieces.push_back({.tag = tag == nullptr ? &tag_ : tag,
                            .entries = batch.entries,
                            .count = count,
                            .first = first,
                            .times = batch.times});
    cursor_.chunks.push_back(Chunk(std::move(parts)));
    ledger_.Received(count);
  }

  void Answer(WriteResult result) {
    output_.Answer(std::move(result));
    world_.RunUntilIdle();
  }
  uint64_t Sum(const char* name) { return metrics_.Sum(name); }
  bool Adds() {
    return Sum("andon_events_received_total") == Sum("andon_events_passed_total") +
                                                     Sum("andon_events_rejected_total") +
                                                     Sum("andon_events_dropped_total");
  }

  FakeWorld world_;
  std::unique_ptr<FakeLoop> loop_ = std::make_unique<FakeLoop>(world_);
  MetricRegistry metrics_;
  MetricScope scope_{metrics_, {{"kind", "output"}, {"id", "out"}}};
  PartLedger ledger_{scope_};
  Tag tag_{"log.a"};
  Tag error_tag_{"andon.error.x.log.a"};
  ListCursor cursor_;
  OutputTrouble trouble_;
  ScriptedOutput output_;
  std::vector<std::unique_ptr<RejectedEvents>> rejected_;
  std::unique_ptr<Flusher> flusher_;
};

}  // namespace andon
