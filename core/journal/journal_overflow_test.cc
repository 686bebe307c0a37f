// What overflow: drop_oldest takes from outputs, and that it is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;

class JournalOverflowTest : public JournalTestBase {
 protected:
  JournalOverflowTest() {
    UseSmallSegments();
    journal_.options.overflow = Overflow::kDropOldest;
    journal_.options.memory_bytes = 256 << 10;
  }
};

TEST_F(JournalOverflowTest, DropOldestLosesTheOldestOfTheSlowOutputOnlyAndCounts) {
  Open();
  TestOutput& fast = journal_.AddOutput("fast");
  TestOutput& slow = journal_.AddOutput("slow");
  slow.paused = true;
  const RouteId both = journal_.RouteTo({"fast", "slow"});
  AppendUpTo(3000, both);
  EXPECT_EQ(fast.numbers(), Numbers(1, 3000));
  EXPECT_EQ(fast.cursor->gap_events(), 0u);
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_LE(journal_.SegmentPaths().size() * journal_.options.segment_bytes,
            journal_.options.size_bytes + 2 * journal_.options.segment_bytes);
  slow.paused = false;
  slow.Pump();
  journal_.Settle();
  EXPECT_EQ(slow.cursor->gap_events(), 3000 - slow.events.size());
  EXPECT_GT(slow.cursor->gap_events(), 1000u);
  EXPECT_EQ(slow.cursor->damaged_events(), 0u);
  EXPECT_EQ(slow.cursor->held_events(), 0u);
  EXPECT_EQ(slow.numbers(), Numbers(slow.events.front().number, 3000));
  EXPECT_GT(journal_.metrics.Sum("andon_journal_dropped_segments_total"), 0u);
}

TEST_F(JournalOverflowTest, WhatIsDroppedIsNotHeldAnyMoreAlsoByWhoStandsStill) {
  Open();
  TestOutput& never = journal_.AddOutput("never");
  TestOutput& stuck = journal_.AddOutput("stuck");
  never.paused = true;
  stuck.holds = true;
  const RouteId route = journal_.RouteTo({"never", "stuck"});
  AppendUpTo(100, route);
  stuck.paused = true;
  uint64_t told = 0;
  for (int i = 0; i < 29; ++i) {
    AppendUpTo(next_ + 99, route);
    told += never.cursor->TakeCounts().gap;
    EXPECT_EQ(never.cursor->held_events() + told, next_ - 1);
    EXPECT_EQ(stuck.cursor->held_events() + stuck.cursor->gap_events(), next_ - 1);
    EXPECT_LT(never.cursor->held_events(), 1100u);
    EXPECT_LT(stuck.cursor->held_events(), 1200u);
  }
  // All of what they hold still comes.
  for (TestOutput* output : {&never, &stuck}) {
    const uint64_t held = output->cursor->held_events();
    const size_t before = output->events.size();
    output->paused = output->holds = false;
    output->Pump();
    journal_.Settle();
    EXPECT_EQ(output->events.size() - before, held - before);
    EXPECT_EQ(output->cursor->gap_events(), next_ - 1 - output->events.size());
  }
}

TEST_F(JournalOverflowTest, WhatIsReadAheadFromTheDiskIsHeldAndStillComesWhenItIsDropped) {
  journal_.options = {.directory = JournalFixture::kDirectory,
                      .overflow = Overflow::kDropOldest,
                      .size_bytes = 24 << 20,
                      .segment_bytes = 1 << 20,
                      .memory_bytes = 256 << 10};
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  AppendUpTo(14'000, route);
  // It asks once, so as much as may be is read ahead; then it stands still, and all is dropped.
  EXPECT_FALSE(a.cursor->Next(1, 1).has_value());
  journal_.Settle();
  AppendUpTo(60'000, route);
  const OutputCursor::Counts still = a.cursor->counts();
  EXPECT_EQ(still.held + still.gap, 60'000u);
  EXPECT_GT(still.held, 25'000u);  // The journal has less.
  a.paused = false;
  a.Pump();
  journal_.Settle();
  EXPECT_EQ(a.events.size(), still.held);
  EXPECT_EQ(a.cursor->gap_events(), still.gap);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST_F(JournalOverflowTest, WhatIsDroppedForASegmentThatCannotBeBegunIsStillThere) {
  Open();
  TestOutput& fast = journal_.AddOutput("fast");
  TestOutput* slow = &journal_.AddOutput("slow");
  slow->paused = true;
  const RouteId both = journal_.RouteTo({"fast", "slow"});
  while (slow->cursor->gap_events() == 0) AppendUpTo(next_, both);
  const uint64_t gap = slow->cursor->gap_events();
  // Nothing new has room; what is freed would go.
  journal_.disk.SetFault([](CrashDisk::Op op, const std::string& path) {
    const bool makes = op == CrashDisk::Op::kRename && path.find("spare") != std::string::npos;
    return makes || op == CrashDisk::Op::kAllocate ? ENOSPC : 0;
  });
  const uint64_t durable = journal_.acks.durable.size();
  AppendUpTo(next_ + 300, both);
  EXPECT_LT(journal_.acks.durable.size(), durable + 30);
  // What frees segments: cursors are still stored in what is left of the open one.
  bool saved = false;
  fast.cursor->Save("moved", [&](const Status& status) { saved = status.ok(); });
  journal_.Settle(seconds(3));
  EXPECT_TRUE(saved);
  journal_.disk.SetFault(nullptr);
  journal_.disk.PowerCut(CrashDisk::Keep::kEverything);
  journal_.Kill();
  Open();
  slow = &journal_.AddOutput("slow");
  journal_.Settle();
  EXPECT_EQ(slow->cursor->damaged_events(), 0u);
  EXPECT_EQ(slow->cursor->gap_events(), gap);
  EXPECT_EQ(slow->numbers(), Numbers(gap + 1, gap + slow->events.size()));
  EXPECT_GE(gap + slow->events.size(), 10 * durable);
}

TEST_F(JournalOverflowTest, AGapIsCountedOnceOverRestarts) {
  Open();
  journal_.AddOutput("fast");
  journal_.AddOutput("slow").paused = true;
  AppendUpTo(3000, journal_.RouteTo({"fast", "slow"}));
  Restart();
  TestOutput* slow = &journal_.AddOutput("slow");
  journal_.Settle();
  const uint64_t gap = slow->cursor->gap_events();
  EXPECT_EQ(gap, 3000 - slow->events.size());
  EXPECT_GT(gap, 0u);
  Restart();
  slow = &journal_.AddOutput("slow");
  journal_.Settle();
  EXPECT_EQ(slow->cursor->gap_events(), gap);
  EXPECT_EQ(slow->cursor->TakeCounts().gap, 0u);  // An earlier process has told of it.
  EXPECT_EQ(slow->cursor->held_events(), 0u);
  EXPECT_EQ(slow->cursor->damaged_events(), 0u);
  EXPECT_THAT(slow->events, IsEmpty());
}

TEST_F(JournalOverflowTest, ChunksInFlightSurviveBeingDropped) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const RouteId route = journal_.RouteTo({"a"});
  AppendUpTo(50, route);
  const size_t held = a.events.size();
  ASSERT_GE(held, 50u);
  a.paused = true;
  AppendUpTo(3000, route);
  for (const Chunk& chunk : a.held) {
    EXPECT_THAT(EventsOf(chunk), testing::Not(IsEmpty()));
    a.cursor->Finish(chunk.lane(), chunk.window(), "");
  }
  a.held.clear();
  a.holds = a.paused = false;
  a.Pump();
  journal_.Settle();
  EXPECT_EQ(a.events.size() + a.cursor->gap_events(), 3000u);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

}  // namespace
}  // namespace andon
