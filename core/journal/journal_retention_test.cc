// How long what everybody has finished is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/journal/retention.h"
#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using std::chrono::hours;
using ::testing::Ge;
using ::testing::Le;

class JournalRetentionTest : public JournalTestBase {
 protected:
  JournalRetentionTest() {
    UseSmallSegments();
    journal_.options.size_bytes = 16 << 20;
  }
};

TEST_F(JournalRetentionTest, RetainKeepsWhatWasDeliveredForItsTime) {
  journal_.options.retain = hours(1);
  Open();
  journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  AppendUpTo(300, route);
  const size_t segments = journal_.SegmentPaths().size();
  EXPECT_THAT(segments, Ge(5u));
  journal_.Settle(std::chrono::minutes(59));
  AppendUpTo(310, route);
  EXPECT_THAT(journal_.SegmentPaths().size(), Ge(segments));
  // What is retained is there for an output that comes later.
  TestOutput& late = journal_.AddOutput("late", true);
  journal_.Settle();
  EXPECT_EQ(late.numbers(), Numbers(1, 310));
  journal_.Settle(std::chrono::minutes(2));
  AppendUpTo(330, route);
  journal_.Settle();
  EXPECT_THAT(journal_.SegmentPaths().size(), Le(3u));
}

TEST_F(JournalRetentionTest, AClockThatJumpsFreesNothingEarly) {
  journal_.options.retain = hours(24);
  Open();
  journal_.AddOutput("a");
  AppendUpTo(200, journal_.RouteTo({"a"}));
  const size_t segments = journal_.SegmentPaths().size();
  journal_.world.StepWallClock(hours(24 * 365));
  AppendUpTo(210, journal_.RouteTo({"a"}));
  EXPECT_THAT(journal_.SegmentPaths().size(), Ge(segments));
  ASSERT_TRUE(journal_.Stop().ok());
  journal_.world.StepWallClock(hours(24 * 365));
  Open();
  journal_.AddOutput("a");
  AppendUpTo(220, journal_.RouteTo({"a"}));
  EXPECT_THAT(journal_.SegmentPaths().size(), Ge(segments));
  EXPECT_TRUE(journal_.SegmentPaths().front().ends_with("/0000000000000001.segment"));
}

TEST_F(JournalRetentionTest, TheTimeItRanBeforeCounts) {
  journal_.options.retain = hours(2);
  Open();
  journal_.AddOutput("a");
  AppendUpTo(200, journal_.RouteTo({"a"}));
  journal_.Settle(hours(1));
  Restart();
  journal_.AddOutput("a");
  journal_.Settle();
  journal_.Settle(hours(1));
  AppendUpTo(210, journal_.RouteTo({"a"}));
  journal_.Settle();
  EXPECT_FALSE(journal_.SegmentPaths().front().ends_with("/0000000000000001.segment"));
}

TEST(RetentionTest, FreesInOrderOnlyAndNeverTheOpenSegment) {
  std::map<uint64_t, journal::Segment> segments;
  for (uint64_t number = 1; number <= 4; ++number) {
    journal::Segment segment;
    segment.header.segment = number;
    segment.file_bytes = 100;
    segment.end = 100;
    segment.closed_ns = number * 10;
    segments[number] = segment;
  }
  JournalOptions options;
  journal::Space space{.used = 400, .limit = 1000, .clock_ns = 100};
  const auto oldest = [&](const journal::StreamPosition& resume) {
    return PlanRetention(segments, resume, space, options);
  };
  EXPECT_EQ(oldest({3, 50}).oldest, 3u);
  EXPECT_EQ(oldest({4, 100}).oldest, 4u);
  options.retain = std::chrono::nanoseconds(85);
  EXPECT_EQ(oldest({4, 100}).oldest, 2u);  // Only the first is 90 old.
  space.limit = 250;
  EXPECT_EQ(oldest({4, 100}).oldest, 3u);
  EXPECT_FALSE(oldest({4, 100}).dropped);
  EXPECT_EQ(oldest({1, 50}).oldest, 1u);
  options.overflow = Overflow::kDropOldest;
  EXPECT_EQ(oldest({1, 50}).oldest, 3u);
  EXPECT_TRUE(oldest({1, 50}).dropped);
}

}  // namespace
}  // namespace andon
