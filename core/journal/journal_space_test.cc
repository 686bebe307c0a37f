// How much the journal may hold: size, overflow, a full disk, memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class JournalSpaceTest : public JournalTestBase {
 protected:
  JournalSpaceTest() { UseSmallSegments(); }
  uint64_t DiskBytes() const {
    uint64_t bytes = 0;
    for (const std::string& path : journal_.disk.Paths()) {
      bytes += journal_.disk.Content(path).size();
    }
    return bytes;
  }
};

TEST_F(JournalSpaceTest, WhatEverybodyHasFinishedIsFreedAndItsFilesAreUsedAgain) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  AppendUpTo(2000, journal_.RouteTo({"a"}));
  EXPECT_EQ(a.numbers(), Numbers(1, 2000));
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
  EXPECT_LE(DiskBytes(), 5u * (64 << 10));
}

TEST_F(JournalSpaceTest, WhatOneOutputStillNeedsIsKept) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  TestOutput& b = journal_.AddOutput("b");
  b.paused = true;
  AppendUpTo(400, journal_.RouteTo({"a", "b"}));
  EXPECT_EQ(a.numbers(), Numbers(1, 400));
  EXPECT_THAT(journal_.SegmentPaths().size(), Ge(6u));
  b.paused = false;
  b.Pump();
  journal_.Settle();
  EXPECT_EQ(b.numbers(), Numbers(1, 400));
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(2u));
}

TEST_F(JournalSpaceTest, TheSizeLimitFreesWhatIsOnlyRetained) {
  journal_.options.retain = hours(24);
  Open();
  journal_.AddOutput("a");
  AppendUpTo(3000, journal_.RouteTo({"a"}));
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_LE(DiskBytes(), journal_.options.size_bytes + 2 * journal_.options.segment_bytes);
}

TEST_F(JournalSpaceTest, OverflowBlockHoldsInputsBackAndLosesNothing) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  while (!journal_.lanes[0]->full() && next_ < 5000) AppendUpTo(next_, route);
  EXPECT_LT(next_, 1500u);
  EXPECT_THAT(journal_.pressure, ElementsAre(true));
  EXPECT_LE(DiskBytes(), journal_.options.size_bytes + journal_.options.segment_bytes);
  // Those that come all the same are kept, and acknowledged.
  const uint64_t before = next_;
  AppendUpTo(before + 20, route);
  EXPECT_TRUE(journal_.acks.durable.contains(before));
  a.paused = false;
  a.Pump();
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, next_ - 1));
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
}

TEST_F(JournalSpaceTest, WhoFillsTheMemoryWhileACommitIsWrittenIsToldWhenThereIsRoomAgain) {
  journal_.options.memory_bytes = 200 << 10;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Settle();
  journal_.Append(1, 150, {.route = route, .padding = 1000, .ack = true});
  ASSERT_THAT(journal_.pressure, ElementsAre(false));
  bool more = true;
  std::vector<bool> while_writing;
  journal_.disk.SetFault([&](CrashDisk::Op op, const std::string&) {
    if (op == CrashDisk::Op::kWrite && std::exchange(more, false)) {
      // As the worker's thread would, meanwhile: the memory is full until this commit ends.
      journal_.Append(151, 70, {.route = route, .padding = 1000, .ack = true});
      journal_.journal_loop.Freeze(true);
      journal_.Run();
      journal_.journal_loop.Freeze(false);
      while_writing = journal_.pressure;
    }
    return 0;
  });
  journal_.Settle();
  EXPECT_THAT(while_writing, ElementsAre(true));
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
  EXPECT_EQ(a.numbers(), Numbers(1, 220));
}

TEST_F(JournalSpaceTest, AFullDiskHoldsInputsBackBeforeAnythingFails) {
  journal_.disk.SetCapacity(4 * journal_.options.segment_bytes + 20'000);
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  while (!journal_.lanes[0]->full() && next_ < 5000) AppendUpTo(next_, route);
  EXPECT_LT(next_, 400u);
  EXPECT_EQ(journal_.metrics.Sum("andon_journal_write_errors_total"), 0u);
  // What is under way still fits; then acks wait, and nothing is lost.
  const uint64_t before = next_;
  AppendUpTo(before + 100, route);
  EXPECT_FALSE(journal_.acks.durable.contains(next_ - 10));
  // The output catches up: its cursor is stored in what is left, and frees segments.
  a.paused = false;
  a.Pump();
  journal_.Settle(seconds(10));
  EXPECT_TRUE(journal_.acks.durable.contains(next_ - 10));
  EXPECT_EQ(a.numbers(), Numbers(1, next_ - 1));
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST_F(JournalSpaceTest, SpaceThatComesBackIsNoticedWithinSeconds) {
  journal_.disk.SetCapacity(4 * journal_.options.segment_bytes + 20'000);
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  AppendUpTo(500, route);
  EXPECT_TRUE(journal_.lanes[0]->full());
  journal_.disk.SetCapacity(UINT64_MAX);
  journal_.Settle(seconds(3));
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.acks.durable, SizeIs(50));
  journal_.Kill();
  Open();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 500));
}

TEST_F(JournalSpaceTest, MemoryThatWaitsForTheDiskIsBoundedWithHysteresis) {
  journal_.options.memory_bytes = uint64_t{1} << 20;
  Open();
  journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Run();
  journal_.Append(1, 500, {.route = route, .padding = 1000});
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
  journal_.Append(501, 600, {.route = route, .padding = 1000});
  EXPECT_TRUE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.pressure, ElementsAre(true));  // From inside Append.
  journal_.Settle();
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
}

}  // namespace
}  // namespace andon
