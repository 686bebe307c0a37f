// journal: none: the same, in bounded memory, and acknowledged when the outputs are done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MemoryJournalTest : public JournalTestBase {
 protected:
  MemoryJournalTest() {
    journal_.options.directory.clear();
    journal_.options.memory_bytes = uint64_t{1} << 20;
  }
  void FinishHeld(TestOutput& output) {
    for (const Chunk& chunk : output.held) {
      output.cursor->Finish(chunk.lane(), chunk.window(), "");
    }
    output.held.clear();
    journal_.Settle();
  }
};

TEST_F(MemoryJournalTest, NothingIsWritten) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Append(1, 10, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 10));
  EXPECT_EQ(a.cursor->held_events(), 0u);
  EXPECT_THAT(journal_.disk.Paths(), IsEmpty());
  EXPECT_TRUE(journal_.Stop().ok());
}

TEST_F(MemoryJournalTest, AnAckWaitsForEveryOutputItIsRoutedTo) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  TestOutput& b = journal_.AddOutput("b");
  a.holds = b.holds = true;
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a", "b"}), .ack = true});
  journal_.Append(6, 5, {.route = journal_.RouteTo({"a"}), .ack = true});
  journal_.Append(11, 5, {.route = journal_.RouteTo({"b"}), .ack = true});
  journal_.Append(16, 5, {.route = 0, .ack = true});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, ElementsAre(16));
  FinishHeld(a);
  EXPECT_THAT(journal_.acks.durable, ElementsAre(6, 16));
  FinishHeld(b);
  EXPECT_THAT(journal_.acks.durable, ElementsAre(1, 6, 11, 16));
  EXPECT_THAT(journal_.acks.dropped, IsEmpty());
}

TEST_F(MemoryJournalTest, ARepeatIsAcknowledgedWhenAllThatWasEmittedBeforeIsDelivered) {
  journal_.lane_count = 2;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"})});
  journal_.lanes[1]->AckWhenDurable(Ack(&journal_.acks, 99));
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, IsEmpty());
  FinishHeld(a);
  EXPECT_THAT(journal_.acks.durable, ElementsAre(99));
  journal_.lanes[1]->AckWhenDurable(Ack(&journal_.acks, 100));
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, ElementsAre(99, 100));
}

TEST_F(MemoryJournalTest, MemoryIsBoundedByWhatOutputsHaveNotFinished) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 1200; n += 100) {
    journal_.Append(n, 100, {.route = route, .padding = 1000});
    journal_.Settle();
  }
  EXPECT_TRUE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.pressure, ElementsAre(true));
  EXPECT_EQ(a.cursor->held_events(), 1200u);
  FinishHeld(a);
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_THAT(journal_.pressure, ElementsAre(false));
  EXPECT_EQ(a.numbers(), Numbers(1, 1200));
}

TEST_F(MemoryJournalTest, DropOldestCountsWhatItDrops) {
  journal_.options.overflow = Overflow::kDropOldest;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 5000; n += 100) {
    journal_.Append(n, 100, {.route = route, .padding = 1000});
    journal_.Settle();
  }
  const OutputCursor::Counts still = a.cursor->counts();
  EXPECT_LT(still.held, 1200u);
  EXPECT_EQ(still.held + still.gap, 5000u);
  a.paused = false;
  a.Pump();
  journal_.Settle();
  EXPECT_EQ(a.events.size(), still.held);
  EXPECT_LT(a.events.size(), 1200u);
  EXPECT_GT(a.events.size(), 300u);
  EXPECT_EQ(a.cursor->gap_events(), 5000 - a.events.size());
  EXPECT_EQ(a.cursor->held_events(), 0u);
  EXPECT_EQ(a.events.back().number, 5000u);
}

TEST_F(MemoryJournalTest, AnOutputsSuccessorGetsWhatWasNotFinished) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5, {.route = route, .ack = true});
  journal_.Settle();
  journal_.outputs.clear();
  journal_.Append(6, 5, {.route = route, .ack = true});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, IsEmpty());
  TestOutput& successor = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(successor.numbers(), Numbers(1, 10));
  EXPECT_THAT(journal_.acks.durable, ElementsAre(1, 6));
}

TEST_F(MemoryJournalTest, WhoWaitsForAForgottenOutputWaitsNoMore) {
  Open();
  journal_.AddOutput("a").holds = true;
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"}), .ack = true});
  journal_.Settle();
  journal_.outputs.clear();
  journal_.journal->ForgetCursor("a");
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, ElementsAre(1));
  EXPECT_FALSE(journal_.lanes[0]->full());
}

TEST_F(MemoryJournalTest, AcksOfAClosedLaneAreDropped) {
  Open();
  journal_.AddOutput("a").holds = true;
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"}), .ack = true});
  journal_.Settle();
  journal_.lanes.clear();
  EXPECT_THAT(journal_.acks.dropped, ElementsAre(1));
}

TEST_F(MemoryJournalTest, PositionsAreKeptWhileTheProcessLives) {
  Open();
  const Position position{"tail:x", AsBytes("12")};
  journal_.Append(1, 0, {.ack = true, .covers = {position}});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, ElementsAre(1));
  EXPECT_EQ(journal_.journal->positions().Find("tail:x"), "12");
}

}  // namespace
}  // namespace andon
