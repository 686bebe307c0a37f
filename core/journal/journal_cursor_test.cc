// What outputs are given: routes, order, windows, notes, catching up from the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/journal/cursor.h"
#include "test/support/journal_fixture.h"

namespace andon {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class JournalCursorTest : public ::testing::Test {
 protected:
  void Open() {
    const Status opened = journal_.Open();
    ASSERT_TRUE(opened.ok()) << opened.message();
  }
  void Restart() {
    ASSERT_TRUE(journal_.Stop().ok());
    Open();
  }
  JournalFixture journal_;
};

TEST_F(JournalCursorTest, AWindowCoversWhatIsForOthersInBetween) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  journal_.RouteTo({"b"});
  journal_.Append(1, 2, {.route = journal_.RouteTo({"a"})});
  journal_.Append(3, 2, {.route = journal_.RouteTo({"b"})});
  journal_.Append(5, 2, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  ASSERT_THAT(a.held, SizeIs(1));
  EXPECT_EQ(a.held[0].window(), (Range{1, 6}));
  EXPECT_EQ(a.numbers(), (std::vector<uint64_t>{1, 2, 5, 6}));
}

TEST_F(JournalCursorTest, ChunksJoinRecordsUpToTheLimitsAndHaveOneAtLeast) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 10; ++n) journal_.Append(n, 1, {.route = route, .padding = 1000});
  journal_.Append(11, 10, {.route = route, .padding = 1000});
  journal_.Settle();
  a.paused = false;
  a.max_bytes = 3500;
  a.Pump();
  std::vector<uint64_t> sizes;
  for (const Chunk& chunk : a.held) sizes.push_back(chunk.events());
  EXPECT_THAT(sizes, ElementsAre(3, 3, 3, 1, 10));
  EXPECT_EQ(a.numbers(), Numbers(1, 20));
}

TEST_F(JournalCursorTest, ChunksHaveAtMostSoManyEvents) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.max_events = 4;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 9; n += 3) journal_.Append(n, 3, {.route = route});
  journal_.Settle();
  EXPECT_THAT(a.held, SizeIs(3));
  EXPECT_EQ(a.numbers(), Numbers(1, 9));
}

TEST_F(JournalCursorTest, WhatIsFinishedOutOfOrderDoesNotComeAgain) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.max_events = 2;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 20; n += 2) journal_.Append(n, 2, {.route = route});
  journal_.Settle();
  ASSERT_THAT(a.held, SizeIs(10));
  const Chunk middle = a.held[4];  // 9 and 10
  a.cursor->Finish(middle.lane(), middle.window(), "");
  // A part of a window alone.
  a.cursor->Finish(middle.lane(), Range{3, 3}, "");
  EXPECT_EQ(a.cursor->held_events(), 17u);
  journal_.Settle();
  Restart();
  TestOutput& again = journal_.AddOutput("a");
  EXPECT_EQ(again.cursor->held_events(), 17u);
  journal_.Settle();
  EXPECT_EQ(again.numbers(),
            (std::vector<uint64_t>{1, 2, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
  EXPECT_EQ(again.cursor->held_events(), 0u);
  EXPECT_EQ(again.cursor->damaged_events(), 0u);
}

TEST_F(JournalCursorTest, RecordsAreCutWhereAPartOfThemIsFinished) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const Tag tag("log.a");
  BatchBuilder batch;
  for (uint64_t n = 1; n <= 10; ++n) {
    RecordWriter record(batch, EventTime{1, 0});
    record.FieldUint("n", n);
    record.Commit();
  }
  const LaneId other{7, 7};
  const std::vector<andon::Run> origin = {{other, 100, 4}, {other, 200, 6}};
  EventBatch with_origin = batch.Batch(tag);
  with_origin.origin = origin;
  const LaneWriter::Item item{with_origin, journal_.RouteTo({"a"})};
  journal_.lanes[0]->Append({&item, 1}, {}, Ack());
  journal_.Settle();
  a.cursor->Finish(a.held[0].lane(), Range{3, 6}, "");
  journal_.Settle();
  Restart();
  TestOutput& again = journal_.AddOutput("a");
  again.holds = true;
  journal_.Settle();
  EXPECT_EQ(again.numbers(), (std::vector<uint64_t>{1, 2, 7, 8, 9, 10}));
  ASSERT_THAT(again.held, SizeIs(1));
  ASSERT_THAT(again.held[0].pieces(), SizeIs(2));
  EXPECT_THAT(again.held[0].pieces()[0].origin, ElementsAre(andon::Run{other, 100, 2}));
  EXPECT_THAT(again.held[0].pieces()[1].origin, ElementsAre(andon::Run{other, 202, 4}));
}

TEST_F(JournalCursorTest, SettledIsWhatIsFinishedDurably) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5, {.route = route, .ack = true});
  journal_.Run();
  EXPECT_EQ(a.held.back().settled(), 0u);
  a.cursor->Finish(a.held[0].lane(), a.held[0].window(), "");
  // Finished, but with no commit since.
  std::vector<Chunk> chunks;
  journal_.disk.SetFault([](CrashDisk::Op op, const std::string&) {
    return op == CrashDisk::Op::kWrite || op == CrashDisk::Op::kOpen ? EIO : 0;
  });
  journal_.Settle();
  journal_.disk.SetFault(nullptr);
  journal_.Append(6, 5, {.route = route, .ack = true});
  journal_.Settle(std::chrono::seconds(2));
  journal_.Append(11, 5, {.route = route, .ack = true});
  journal_.Settle();
  EXPECT_EQ(a.held.back().settled(), 5u);
}

TEST_F(JournalCursorTest, NotesAreStoredWithTheCursor) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  EXPECT_EQ(a.cursor->note(), "");
  bool saved = false;
  a.cursor->Save("first", [&](const Status& status) { saved = status.ok(); });
  EXPECT_EQ(a.cursor->note(), "first");
  EXPECT_FALSE(saved);
  journal_.Run();
  EXPECT_TRUE(saved);
  journal_.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal_.Kill();
  Open();
  EXPECT_EQ(journal_.AddOutput("a").cursor->note(), "first");
  TestOutput& again = journal_.Output("a");
  again.holds = true;
  journal_.Append(1, 4, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  const std::vector<Range> parts = {{1, 1}, {3, 4}};
  again.cursor->Finish(again.held[0].lane(), parts, "second");
  journal_.world.Advance(std::chrono::milliseconds(50));
  journal_.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal_.Kill();
  Open();
  TestOutput& last = journal_.AddOutput("a");
  EXPECT_EQ(last.cursor->note(), "second");
  journal_.Settle();
  EXPECT_EQ(last.numbers(), (std::vector<uint64_t>{2}));
}

TEST_F(JournalCursorTest, AnIdleJournalWritesNothing) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"})});
  journal_.Settle(std::chrono::seconds(10));
  EXPECT_EQ(a.numbers(), Numbers(1, 5));
  const uint64_t commits = journal_.metrics.Sum("andon_journal_commits_total");
  EXPECT_EQ(journal_.world.NextTimer(), std::nullopt);
  journal_.Settle(std::chrono::hours(1));
  EXPECT_EQ(journal_.metrics.Sum("andon_journal_commits_total"), commits);
}

TEST_F(JournalCursorTest, AnOutputThatIsAddedStartsAtTheEnd) {
  Open();
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  TestOutput& b = journal_.AddOutput("b");
  journal_.Append(6, 5, {.route = journal_.RouteTo({"a", "b"})});
  journal_.Settle();
  EXPECT_EQ(b.numbers(), Numbers(6, 10));
  EXPECT_EQ(b.cursor->held_events(), 0u);
}

TEST_F(JournalCursorTest, AnOutputThatStartsAtTheOldestGetsWhatItWantsOfThePast) {
  journal_.options.segment_bytes = 64 << 10;
  Open();
  journal_.AddOutput("keeper").paused = true;
  const RouteId route = journal_.RouteTo({"keeper"});
  for (uint64_t n = 1; n <= 100; n += 2) {
    journal_.Append(n, 1, {.tag = "log.a", .route = route, .padding = 2000});
    journal_.Append(n + 1, 1, {.tag = "metric.a", .route = route, .padding = 2000});
    journal_.Settle();
  }
  // Routed before the cursor is opened, and what is routed to others afterwards.
  const RouteId both = journal_.RouteTo({"keeper", "late"});
  journal_.Append(101, 1, {.tag = "other.a", .route = both});
  journal_.Settle();
  journal_.Append(102, 1, {.tag = "log.a", .route = route});
  journal_.Settle();
  TestOutput& late = journal_.AddOutput("late", true);
  late.max_bytes = 10'000;
  journal_.Settle();
  journal_.Append(103, 1, {.tag = "log.a", .route = route});
  journal_.Append(104, 1, {.tag = "log.a", .route = both});
  journal_.Settle();
  std::vector<uint64_t> expected;
  for (uint64_t n = 1; n <= 100; n += 2) expected.push_back(n);
  expected.insert(expected.end(), {101, 104});
  EXPECT_EQ(late.numbers(), expected);
  EXPECT_EQ(late.cursor->held_events(), 0u);
  EXPECT_EQ(late.cursor->damaged_events(), 0u);
}

TEST_F(JournalCursorTest, AnOutputThatIsFarBehindReadsFromTheDiskWithinItsBudget) {
  journal_.options.memory_bytes = uint64_t{2} << 20;
  journal_.options.segment_bytes = uint64_t{4} << 20;
  journal_.options.size_bytes = uint64_t{256} << 20;
  Open();
  TestOutput& slow = journal_.AddOutput("slow");
  TestOutput& fast = journal_.AddOutput("fast");
  slow.paused = true;
  const RouteId route = journal_.RouteTo({"fast", "slow"});
  constexpr uint64_t kEvents = 30'000;
  for (uint64_t n = 1; n <= kEvents; n += 500) {
    journal_.Append(n, 500, {.route = route, .padding = 1000, .ack = true});
    journal_.Run();
  }
  EXPECT_EQ(fast.numbers(), Numbers(1, kEvents));
  EXPECT_EQ(slow.cursor->held_events(), kEvents);
  // It takes chunks and does not finish them: then it gets no more than the budget.
  slow.paused = false;
  slow.holds = true;
  journal_.Settle();
  slow.Pump();
  journal_.Settle();
  uint64_t held = 0;
  for (const Chunk& chunk : slow.held) held += chunk.bytes();
  EXPECT_GT(held, journal::kReadBudget / 2);
  EXPECT_LT(held, journal::kReadBudget + (size_t{4} << 20));
  // Letting go of one is all that it takes to go on.
  slow.holds = false;
  for (const Chunk& chunk : slow.held) slow.cursor->Finish(chunk.lane(), chunk.window(), "");
  slow.held.clear();
  journal_.Settle();
  EXPECT_EQ(slow.numbers(), Numbers(1, kEvents));
  EXPECT_EQ(slow.cursor->held_events(), 0u);
}

TEST_F(JournalCursorTest, AFewEventsDoNotPinAllTheirBlocks) {
  journal_.options.memory_bytes = uint64_t{4} << 20;
  journal_.options.size_bytes = uint64_t{256} << 20;
  Open();
  TestOutput& rare = journal_.AddOutput("rare");
  rare.holds = true;
  journal_.AddOutput("most");
  const RouteId most = journal_.RouteTo({"most"});
  const RouteId both = journal_.RouteTo({"most", "rare"});
  for (uint64_t i = 0; i < 40; ++i) {
    journal_.Append(1000 + i * 500, 500, {.route = most, .padding = 1000});
    journal_.Append(1 + i, 1, {.route = both});
    journal_.Settle();
  }
  // 20 MiB went by: more than its budget, if it pinned them.
  EXPECT_EQ(rare.numbers(), Numbers(1, 40));
  ASSERT_THAT(rare.held, SizeIs(40));
}

TEST_F(JournalCursorTest, LanesOfSeveralWorkersKeepTheirOrder) {
  journal_.lane_count = 3;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t i = 0; i < 30; ++i) {
    journal_.Append(1 + i * 10, 10, {.route = route, .lane = i % 3});
    if (i % 4 == 0) journal_.Settle();
  }
  journal_.Settle();
  std::map<LaneId, Sequence> last;
  for (const DeliveredEvent& event : a.events) {
    EXPECT_EQ(event.sequence, last[event.lane] + 1);
    last[event.lane] = event.sequence;
  }
  EXPECT_THAT(last, SizeIs(3));
  EXPECT_THAT(a.events, SizeIs(300));
}

TEST_F(JournalCursorTest, AClosedLaneIsAnnouncedWhenAllOfItIsFinishedDurably) {
  Open();
  TestOutput* a = &journal_.AddOutput("a");
  a->holds = true;
  const LaneId first = journal_.lanes[0]->id();
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  journal_.lanes.clear();
  journal_.Settle();
  EXPECT_THAT(a->closed_lanes, IsEmpty());
  a->cursor->Finish(first, a->held[0].window(), "");
  EXPECT_THAT(a->closed_lanes, IsEmpty());
  journal_.Settle();
  EXPECT_THAT(a->closed_lanes, ElementsAre(first));
  Restart();
  // Again after a restart: the news may not have arrived.
  a = &journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_THAT(a->closed_lanes, ElementsAre(first));
}

TEST_F(JournalCursorTest, LanesOfEarlierStartsAreReadFirstAndThenClosed) {
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  const LaneId old = journal_.lanes[0]->id();
  journal_.Append(1, 5, {.route = route, .ack = true});
  journal_.Run();
  journal_.Kill();
  Open();
  journal_.Append(6, 5, {.route = journal_.RouteTo({"a"})});
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 10));
  EXPECT_EQ(a.events.front().lane, old);
  EXPECT_EQ(a.events[5].sequence, 1u);
  EXPECT_THAT(a.closed_lanes, ElementsAre(old));
}

TEST_F(JournalCursorTest, ACursorIsHandedOverWhenAnOutputIsReplaced) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.max_events = 5;
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5, {.route = route});
  journal_.Append(6, 5, {.route = route});
  journal_.Settle();
  a.cursor->Finish(a.held[0].lane(), a.held[0].window(), "kept");
  journal_.outputs.clear();
  TestOutput& successor = journal_.AddOutput("a");
  EXPECT_EQ(successor.cursor->note(), "kept");
  journal_.Settle();
  EXPECT_EQ(successor.numbers(), Numbers(6, 10));
  journal_.Append(11, 5, {.route = route});
  journal_.Settle();
  EXPECT_EQ(successor.numbers(), Numbers(6, 15));
  EXPECT_EQ(successor.cursor->held_events(), 0u);
}

TEST_F(JournalCursorTest, LargeBatchesAndLargeEntriesComeOutAsTheyWentIn) {
  journal_.options.size_bytes = uint64_t{512} << 20;
  journal_.options.segment_bytes = uint64_t{16} << 20;
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5000, {.route = route, .padding = 1000, .ack = true});  // 5 MB
  journal_.Append(5001, 1, {.route = route, .padding = 20'000'000, .ack = true});
  journal_.Append(5002, 3, {.route = route, .padding = 2'000'000, .ack = true});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, SizeIs(3));
  journal_.Output("a").paused = false;
  journal_.Output("a").Pump();
  journal_.Settle();
  EXPECT_EQ(journal_.Output("a").numbers(), Numbers(1, 5004));
  Restart();
}

TEST_F(JournalCursorTest, CompressedPayloadsComeOutAsTheyWentIn) {
  journal_.options.compress = true;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 3000, {.route = route, .padding = 500, .ack = true});
  journal_.Append(3001, 1, {.route = route});  // Too small to gain.
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 3001));
  EXPECT_LT(journal_.metrics.Sum("andon_journal_written_bytes_total"), 400'000u);
  a.paused = true;
  journal_.Append(3002, 100, {.route = route, .padding = 500, .ack = true});
  journal_.Settle();
  Restart();
  TestOutput& again = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(again.numbers(), Numbers(3002, 3101));
}

TEST_F(JournalCursorTest, AForgottenCursorIsGone) {
  Open();
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5, {.route = route});
  journal_.Settle();
  journal_.journal->ForgetCursor("a");
  journal_.Settle();
  Restart();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_THAT(a.events, IsEmpty());
}

TEST_F(JournalCursorTest, ReadyBytesSayHowMuchThereIs) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  EXPECT_EQ(a.cursor->ready_bytes(), 0u);
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"}), .padding = 1000});
  journal_.Settle();
  EXPECT_GE(a.ready_calls, 1);
  EXPECT_GE(a.cursor->ready_bytes(), 5000u);
  EXPECT_LT(a.cursor->ready_bytes(), 6000u);
}

}  // namespace
}  // namespace andon
