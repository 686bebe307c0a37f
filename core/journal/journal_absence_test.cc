// Outputs that are not configured any more: what they keep, for how long, and who is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/log.h"
#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using std::chrono::hours;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

class JournalAbsenceTest : public JournalTestBase {
 protected:
  JournalAbsenceTest() {
    UseSmallSegments();
    ConfigureLog({.burst_per_message = 1000});  // What the tests before have said does not count.
  }
  ~JournalAbsenceTest() override { ConfigureLog({}); }
};

TEST_F(JournalAbsenceTest, TheCursorOfAnOutputThatIsGoneIsKeptForAWhile) {
  journal_.options.retain_cursor = hours(10);
  journal_.options.size_bytes = 64 << 20;
  Open();
  journal_.AddOutput("a");
  journal_.AddOutput("gone").paused = true;
  AppendUpTo(200, journal_.RouteTo({"a", "gone"}));
  journal_.outputs.erase("gone");
  const RouteId rest = journal_.RouteTo({"a"});
  journal_.Settle(hours(9));
  AppendUpTo(400, rest);
  EXPECT_THAT(journal_.SegmentPaths().size(), Ge(6u));
  Restart();
  journal_.AddOutput("a");
  journal_.Settle(hours(2));
  AppendUpTo(800, journal_.RouteTo({"a"}));
  journal_.Settle();
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
}

TEST_F(JournalAbsenceTest, AnOutputThatComesBackInTimeGoesOn) {
  Open();
  journal_.AddOutput("a").paused = true;
  AppendUpTo(100, journal_.RouteTo({"a"}));
  journal_.outputs.clear();
  const RouteId nobody = journal_.RouteTo({});
  EXPECT_EQ(nobody, 0u);
  journal_.Append(1000, 5, {.route = nobody});
  Restart();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 100));
}

TEST_F(JournalAbsenceTest, AnOutputThatIsGoneAndHoldsNothingKeepsNothing) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  journal_.AddOutput("gone");
  journal_.AddOutput("errors");
  AppendUpTo(100, journal_.RouteTo({"a", "gone"}));
  journal_.outputs.erase("gone");
  journal_.outputs.erase("errors");  // Nothing was ever routed to it.
  AppendUpTo(3000, journal_.RouteTo({"a"}));
  EXPECT_EQ(a.numbers(), Numbers(1, 3000));
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
  // It goes on where it is routed to again.
  TestOutput& back = journal_.AddOutput("gone");
  AppendUpTo(3100, journal_.RouteTo({"a", "gone"}));
  journal_.Settle();
  EXPECT_EQ(back.numbers(), Numbers(3001, 3100));
  EXPECT_EQ(back.cursor->held_events(), 0u);
  EXPECT_EQ(back.cursor->damaged_events(), 0u);
}

TEST_F(JournalAbsenceTest, WhoIsGoneKeepsAFullJournalFullNoLongerThanHeIsKept) {
  journal_.options.retain_cursor = hours(10);
  Open();
  journal_.AddOutput("a");
  journal_.AddOutput("gone").paused = true;
  const RouteId both = journal_.RouteTo({"a", "gone"});
  AppendUpTo(200, both);
  journal_.outputs.erase("gone");
  std::vector<std::string> told;
  const uint64_t tap = SetLogTap([&](const LogEvent& event) {
    for (const LogField& field : event.fields) {
      if (field.key == "output") told.push_back(std::string(event.message));
    }
  });
  const RouteId rest = journal_.RouteTo({"a"});
  while (!journal_.lanes[0]->full() && next_ < 5000) AppendUpTo(next_, rest);
  ASSERT_TRUE(journal_.lanes[0]->full());
  EXPECT_THAT(told, ElementsAre(HasSubstr("keeps events in")));
  journal_.Settle(hours(9));
  EXPECT_TRUE(journal_.lanes[0]->full());
  // No input brings anything that would make a commit.
  journal_.Settle(hours(3));
  EXPECT_FALSE(journal_.lanes[0]->full());
  AppendUpTo(next_ + 50, rest);
  journal_.Settle();
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
  EXPECT_THAT(told, Contains(HasSubstr("given up")));
  RemoveLogTap(tap);
}

// It may come back and wants all of it, as any other that is away wants what it was to get.
TEST_F(JournalAbsenceTest, WhoBeginsWithTheOldestAndIsGoneKeepsItForHisTimeAndIsNamed) {
  journal_.options.retain_cursor = hours(10);
  journal_.options.retain = hours(1000);
  Open();
  journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  AppendUpTo(200, route);
  CursorOptions past{.id = "past", .from_oldest = true};
  past.wants = [](std::string_view) { return true; };
  auto output = std::make_unique<TestOutput>(*journal_.journal, journal_.world, past);
  output->paused = true;
  journal_.Settle();
  output.reset();
  std::vector<std::string> told;
  const uint64_t tap = SetLogTap([&](const LogEvent& event) {
    for (const LogField& field : event.fields) {
      if (field.key == "output") told.push_back(std::string(event.message));
    }
  });
  while (!journal_.lanes[0]->full() && next_ < 5000) AppendUpTo(next_, route);
  EXPECT_TRUE(journal_.lanes[0]->full());
  EXPECT_THAT(told, ElementsAre(HasSubstr("keeps events in")));
  journal_.Settle(hours(12));
  EXPECT_FALSE(journal_.lanes[0]->full());
  RemoveLogTap(tap);
}

TEST_F(JournalAbsenceTest, AbsenceIsCountedOverACrash) {
  journal_.options.retain_cursor = hours(10);
  Open();
  journal_.AddOutput("gone").paused = true;
  AppendUpTo(500, journal_.RouteTo({"gone"}));
  journal_.outputs.erase("gone");
  for (int run = 0; run < 4; ++run) {
    journal_.Settle(hours(4));
    Crash();
  }
  journal_.Settle();
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(2u));
}

TEST_F(JournalAbsenceTest, WhatIsReleasedStaysForItsTimeUnlessItsRoutingNeverBegan) {
  Open();
  journal_.AddOutput("kept").paused = true;
  AppendUpTo(100, journal_.RouteTo({"kept"}));
  journal_.outputs.erase("kept");
  journal_.journal->ReleaseCursor("kept");
  CursorOptions tried{.id = "tried", .from_oldest = true, .routing_follows = true};
  tried.wants = [](std::string_view) { return true; };
  std::make_unique<TestOutput>(*journal_.journal, journal_.world, tried).reset();
  journal_.Settle();
  journal_.journal->ReleaseCursor("tried");
  journal_.Settle();
  EXPECT_EQ(journal_.AddOutput("kept").cursor->held_events(), 100u);
  journal_.Settle();
  AppendUpTo(1000, journal_.RouteTo({"kept"}));
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
}

TEST_F(JournalAbsenceTest, WithoutAJournalWhatIsReleasedHoldsNobodyUp) {
  journal_.options.directory.clear();
  journal_.options.memory_bytes = 256 << 10;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  journal_.AddOutput("gone").paused = true;
  journal_.Append(1, 10, {.route = journal_.RouteTo({"a", "gone"}), .ack = true});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, IsEmpty());
  journal_.outputs.erase("gone");
  journal_.journal->ReleaseCursor("gone");
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, ElementsAre(1u));
  next_ = 11;
  AppendUpTo(2000, journal_.RouteTo({"a"}));
  EXPECT_FALSE(journal_.lanes[0]->full());
  EXPECT_EQ(a.numbers(), Numbers(1, 2000));
}

}  // namespace
}  // namespace andon
