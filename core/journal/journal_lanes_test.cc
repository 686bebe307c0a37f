// Lanes of earlier starts: kept while somebody may ask for them, and then forgotten.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class JournalLanesTest : public JournalTestBase {
 protected:
  JournalLanesTest() { journal_.options.segment_bytes = 64 << 10; }
  // Enough to begin some segments.
  void AppendMuch(RouteId route) { AppendUpTo(next_ + 299, route); }
  // What was refused of the lane that is open now, by an output with a colon in its id.
  std::string Refuse() {
    const std::string source = "rejected:a:b:" + ToString(journal_.lanes[0]->id());
    RunSet runs;
    runs.Add(Range{1, 1});
    ByteBuffer encoded;
    runs.EncodeTo(encoded);
    journal_.Append(0, 0, {.covers = {{source, encoded.bytes(), Position::Kind::kRuns}}});
    journal_.Settle();
    return source;
  }
  bool Knows(const std::string& source) {
    return journal_.journal->positions().Find(source).has_value();
  }
};

TEST_F(JournalLanesTest, AreForgottenWhenAllOfThemIsFinishedAndFreed) {
  Open();
  journal_.AddOutput("a");
  journal_.Append(1, 1, {.route = journal_.RouteTo({"a"})});
  const std::string refused = Refuse();
  for (int start = 0; start < 5; ++start) {
    Restart();
    journal_.AddOutput("a");
    journal_.Append(1, 1, {.route = journal_.RouteTo({"a"})});
    journal_.Settle();
  }
  EXPECT_THAT(journal_.Output("a").closed_lanes, SizeIs(5));
  EXPECT_TRUE(Knows(refused));
  const std::string last = Refuse();
  const LaneId open = journal_.lanes[0]->id();
  AppendMuch(journal_.RouteTo({"a"}));
  EXPECT_FALSE(Knows(refused));
  EXPECT_TRUE(Knows(last));
  Restart();
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_THAT(a.closed_lanes, ElementsAre(open));
  EXPECT_FALSE(Knows(refused));
  EXPECT_TRUE(Knows(last));
}

TEST_F(JournalLanesTest, StayWhileAnOutputHasNotFinishedThem) {
  Open();
  journal_.AddOutput("a");
  journal_.AddOutput("b").paused = true;
  const LaneId first = journal_.lanes[0]->id();
  journal_.Append(1, 1, {.route = journal_.RouteTo({"a", "b"})});
  const std::string refused = Refuse();
  Restart();
  journal_.AddOutput("a");
  TestOutput& b = journal_.AddOutput("b");
  b.paused = true;
  AppendMuch(journal_.RouteTo({"a", "b"}));
  EXPECT_TRUE(Knows(refused));
  EXPECT_THAT(b.closed_lanes, SizeIs(0));
  b.paused = false;
  b.Pump();
  journal_.Settle();
  EXPECT_THAT(b.closed_lanes, Contains(first));
  EXPECT_EQ(b.cursor->held_events(), 0u);
  AppendMuch(journal_.RouteTo({"a", "b"}));
  EXPECT_FALSE(Knows(refused));
}

}  // namespace
}  // namespace andon
