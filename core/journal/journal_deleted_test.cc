// Somebody deletes the journal's folder under a running andond.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/event/batch_builder.h"
#include "test/support/journal_test_base.h"
#include "test/support/temp_folder.h"

namespace andon {
namespace {

using std::chrono::seconds;

class JournalDeletedTest : public JournalTestBase {
 protected:
  // The first ten events, for an output that takes none.
  RouteId OpenWithTen() {
    Open();
    journal_.AddOutput("a").paused = true;
    const RouteId route = journal_.RouteTo({"a"});
    journal_.Append(1, 10, {.route = route, .ack = true});
    journal_.Settle();
    return route;
  }

  void DeleteAll() {
    for (const std::string& path : journal_.disk.Paths()) {
      if (path.starts_with(JournalFixture::kDirectory)) journal_.disk.Delete(path);
    }
  }
};

TEST_F(JournalDeletedTest, WhatIsAcknowledgedAfterwardsIsOnDiskAndSoIsTheOpenSegment) {
  const RouteId route = OpenWithTen();
  DeleteAll();
  journal_.Append(11, 10, {.route = route, .ack = true});
  journal_.Settle(seconds(3));
  journal_.Append(21, 10, {.route = route, .ack = true});
  journal_.Settle();
  EXPECT_EQ(journal_.acks.durable.size(), 3u);
  Crash();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 30));
  EXPECT_EQ(a.cursor->damaged_events(), 0u);
}

TEST_F(JournalDeletedTest, WhatCannotBeReadAnyMoreIsCountedAsDamaged) {
  journal_.options.segment_bytes = 64 << 10;
  journal_.options.memory_bytes = 64 << 10;
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 500; n += 10) {
    journal_.Append(n, 10, {.route = route, .padding = 1000, .ack = true});
    journal_.Settle();
  }
  DeleteAll();
  journal_.Append(501, 10, {.route = route, .ack = true});
  journal_.Settle(seconds(3));
  Crash();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  ASSERT_GE(a.numbers().size(), 10u);
  EXPECT_EQ(a.numbers().back(), 510u);
  EXPECT_GT(a.cursor->damaged_events(), 0u);
  EXPECT_EQ(a.cursor->damaged_events() + a.numbers().size(), 510u);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST_F(JournalDeletedTest, WhoIsReadingTheOpenSegmentGoesOnInTheOneThatIsWrittenAgain) {
  journal_.options.segment_bytes = 16 << 20;
  journal_.options.memory_bytes = 64 << 10;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 12'000; n += 1000) {
    journal_.Append(n, 1000, {.route = route, .padding = 1000, .ack = true});
    journal_.Settle();
  }
  // It has as much as it may, and has read a part of the file.
  a.paused = false;
  a.holds = true;
  a.Pump();
  journal_.Settle();
  ASSERT_LT(a.events.size(), 12'000u);
  DeleteAll();
  journal_.Append(12'001, 10, {.route = route, .ack = true});
  journal_.Settle(seconds(3));
  journal_.Append(12'011, 10, {.route = route, .padding = 10'000, .ack = true});
  journal_.Settle();
  a.holds = false;
  for (const Chunk& chunk : a.held) a.cursor->Finish(chunk.lane(), chunk.window(), "");
  a.held.clear();
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 12'020));
  EXPECT_EQ(a.cursor->damaged_events(), 0u);
}

TEST_F(JournalDeletedTest, WhereItCannotBeWrittenAgainAnotherSegmentIsBegun) {
  const RouteId route = OpenWithTen();
  DeleteAll();
  journal_.disk.SetFault(
      [](CrashDisk::Op op, const std::string&) { return op == CrashDisk::Op::kRead ? EIO : 0; });
  journal_.Append(11, 10, {.route = route, .ack = true});
  journal_.Settle(seconds(3));
  journal_.disk.SetFault(nullptr);
  journal_.Append(21, 10, {.route = route, .ack = true});
  journal_.Settle();
  Crash();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(21, 30));
  EXPECT_EQ(a.cursor->damaged_events(), 20u);
}

// On the real disk, which says so.
TEST(JournalIdleTest, AFolderThatIsDeletedIsNoticedWithoutACommit) {
  const TempFolder temp;
  const std::string directory = temp.Path("journal");
  FakeWorld world;
  FakeLoop loop(world);
  const auto random = SeededRandom(1);
  MetricRegistry metrics;
  TestAcks acks;
  const auto open = [&] {
    auto journal = Journal::Open({.directory = directory, .segment_bytes = 1 << 20},
                                 RealFileSystem(), loop, *random, MetricScope(metrics, {}));
    EXPECT_TRUE(journal.ok()) << journal.status().message();
    return *std::move(journal);
  };
  auto journal = open();
  auto lane = journal->OpenLane(loop, {});
  auto output = std::make_unique<TestOutput>(*journal, world, CursorOptions{.id = "a"});
  const std::vector<std::string> ids{"a"};
  const auto append = [&](uint64_t number) {
    const Tag tag("log.a");
    BatchBuilder batch;
    RecordWriter record(batch, EventTime{1, 0});
    record.FieldUint("n", number);
    record.Commit();
    const LaneWriter::Item item{batch.Batch(tag), journal->RouteTo(ids)};
    lane->Append({&item, 1}, {}, Ack(&acks, number));
    world.Advance(seconds(5));
  };
  output->paused = true;
  append(1);
  for (int again = 0; again < 2; ++again) {
    std::filesystem::remove_all(directory);
    world.Advance(seconds(3));
    EXPECT_FALSE(std::filesystem::is_empty(directory));
  }
  lane.reset();
  output.reset();
  journal.reset();
  world.Advance(seconds(1));
  journal = open();
  output = std::make_unique<TestOutput>(*journal, world, CursorOptions{.id = "a"});
  output->Pump();
  world.Advance(seconds(1));
  EXPECT_EQ(output->numbers(), Numbers(1, 1));
  output.reset();
}

}  // namespace
}  // namespace andon
