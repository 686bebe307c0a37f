#include "core/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/journal_fixture.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(JournalTest, WhatIsAppendedReachesTheOutputsItIsRoutedTo) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a");
  TestOutput& b = journal.AddOutput("b");
  EXPECT_EQ(journal.Append(1, 3, {.route = journal.RouteTo({"a", "b"})}), 1u);
  EXPECT_EQ(journal.Append(4, 2, {.route = journal.RouteTo({"b"})}), 4u);
  EXPECT_EQ(journal.Append(6, 1, {.route = journal.RouteTo({"a"})}), 6u);
  journal.Settle();
  EXPECT_EQ(a.numbers(), (std::vector<uint64_t>{1, 2, 3, 6}));
  EXPECT_EQ(b.numbers(), Numbers(1, 5));
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST(JournalTest, AnAckIsAnsweredWhenItsEventsAreDurable) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Append(1, 1, {.route = route, .ack = true});
  EXPECT_THAT(journal.acks.durable, IsEmpty());
  journal.Run();
  EXPECT_THAT(journal.acks.durable, ElementsAre(1));
  journal.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal.Kill();
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a");
  journal.Run();
  EXPECT_EQ(a.numbers(), Numbers(1, 1));
}

TEST(JournalTest, WithoutAnAckEventsAreWrittenWithinFiveMilliseconds) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a");
  journal.Run();
  journal.Append(1, 1, {.route = journal.RouteTo({"a"})});
  journal.Run();
  EXPECT_THAT(a.events, IsEmpty());
  journal.world.Advance(std::chrono::milliseconds(5));
  EXPECT_EQ(a.numbers(), Numbers(1, 1));
}

TEST(JournalTest, AfterARestartAnOutputGoesOnWhereItWas) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  journal.AddOutput("a");
  const RouteId route = journal.RouteTo({"a"});
  journal.Append(1, 10, {.route = route});
  journal.Settle();
  journal.Output("a").holds = true;
  journal.Append(11, 10, {.route = route});
  journal.Settle();
  EXPECT_EQ(journal.Output("a").cursor->held_events(), 10u);
  ASSERT_TRUE(journal.Stop().ok());
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& again = journal.AddOutput("a");
  EXPECT_EQ(again.cursor->held_events(), 10u);
  journal.Settle();
  EXPECT_EQ(again.numbers(), Numbers(11, 20));
  EXPECT_EQ(again.cursor->held_events(), 0u);
  EXPECT_EQ(again.cursor->damaged_events(), 0u);
}

}  // namespace
}  // namespace andon
