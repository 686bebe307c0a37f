// What outputs are given, and how far they have got: routes, order, notes, closed lanes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using JournalCursorTest = JournalTestBase;

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
  Crash();
  EXPECT_EQ(journal_.AddOutput("a").cursor->note(), "first");
  TestOutput& again = journal_.Output("a");
  again.holds = true;
  journal_.Append(1, 4, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  const std::vector<Range> parts = {{1, 1}, {3, 4}};
  again.cursor->Finish(again.held[0].lane(), parts, "second");
  journal_.world.Advance(std::chrono::milliseconds(50));
  Crash();
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

}  // namespace
}  // namespace andon
