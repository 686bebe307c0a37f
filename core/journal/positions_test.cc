#include "core/journal/positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/journal_fixture.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string Encoded(const RunSet& runs) {
  ByteBuffer bytes;
  runs.EncodeTo(bytes);
  return std::string(bytes.text());
}

RunSet Runs(std::initializer_list<Range> ranges) {
  RunSet runs;
  for (const Range& range : ranges) runs.Add(range);
  return runs;
}

TEST(PositionsTest, EveryNumberIsClaimedOnce) {
  journal::Positions positions({}, 0);
  const std::vector<Range> first = {{1, 10}, {21, 30}};
  EXPECT_THAT(positions.Claim("forward:x", first), ElementsAre(Range{1, 10}, Range{21, 30}));
  const std::vector<Range> second = {{5, 25}};
  EXPECT_THAT(positions.Claim("forward:x", second), ElementsAre(Range{11, 20}));
  EXPECT_THAT(positions.Claim("forward:x", second), IsEmpty());
  EXPECT_THAT(positions.Claim("forward:y", second), ElementsAre(Range{5, 25}));
}

TEST(PositionsTest, ForEachGivesAPrefixInOrder) {
  journal::PositionMap map;
  map["a:2"].value = std::string("two");
  map["a:1"].value = std::string("one");
  map["b:1"].value = std::string("other");
  journal::Positions positions(map, 0);
  std::vector<std::pair<std::string, std::string>> seen;
  positions.ForEach("a:", [&](std::string_view source, std::string_view value) {
    seen.emplace_back(source, value);
    EXPECT_TRUE(positions.Find(source).has_value());  // It may ask.
  });
  EXPECT_THAT(seen, ElementsAre(Pair("a:1", "one"), Pair("a:2", "two")));
}

TEST(PositionsTest, OlderValuesDoNotReplaceNewerOnes) {
  journal::PositionMap map;
  ApplyPosition({"x", AsBytes("new")}, 5, map);
  ApplyPosition({"x", AsBytes("old")}, 4, map);
  EXPECT_EQ(std::get<std::string>(map.at("x").value), "new");
  ApplyPosition({"x", {}, Position::Kind::kErase}, 4, map);
  EXPECT_TRUE(map.contains("x"));
  ApplyPosition({"x", {}, Position::Kind::kErase}, 6, map);
  EXPECT_FALSE(map.contains("x"));
}

TEST(PositionsTest, RunsAreUnitedInAnyOrder) {
  journal::PositionMap map;
  const std::string late = Encoded(Runs({{11, 20}}));
  const std::string early = Encoded(Runs({{1, 10}}));
  ApplyPosition({"f", AsBytes(late), Position::Kind::kRuns}, 2, map);
  ApplyPosition({"f", AsBytes(early), Position::Kind::kRuns}, 1, map);
  EXPECT_EQ(std::get<RunSet>(map.at("f").value).watermark(), 20u);
  ApplyPosition({"f", AsBytes("\xff\xff"), Position::Kind::kRuns}, 3, map);
  EXPECT_EQ(std::get<RunSet>(map.at("f").value).watermark(), 20u);
}

TEST(PositionsTest, ClaimedAndNotEmittedIsForgottenByARestart) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  PositionStore* positions = &journal.journal->positions();
  const std::vector<Range> wanted = {{1, 10}};
  ASSERT_THAT(positions->Claim("f", wanted), ElementsAre(Range{1, 10}));
  const std::string taken = Encoded(Runs({{1, 10}}));
  journal.Append(1, 10, {.covers = {{"f", AsBytes(taken), Position::Kind::kRuns}}});
  const std::vector<Range> more = {{1, 20}};
  ASSERT_THAT(positions->Claim("f", more), ElementsAre(Range{11, 20}));
  journal.Settle();
  journal.Kill();
  ASSERT_TRUE(journal.Open().ok());
  positions = &journal.journal->positions();
  EXPECT_THAT(positions->Claim("f", more), ElementsAre(Range{11, 20}));
}

TEST(PositionsTest, ARepeatOfWhatIsClaimedAndNotYetAppendedWaitsForIt) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const std::vector<Range> wanted = {{1, 10}};
  ASSERT_THAT(journal.journal->positions().Claim("f", wanted), ElementsAre(Range{1, 10}));
  journal.lanes[0]->AckWhenDurable(Ack(&journal.acks, 7));
  journal.Settle();
  EXPECT_THAT(journal.acks.durable, IsEmpty());
  const std::string taken = Encoded(Runs({{1, 10}}));
  journal.Append(1, 10, {.covers = {{"f", AsBytes(taken), Position::Kind::kRuns}}});
  journal.Settle();
  EXPECT_THAT(journal.acks.durable, ElementsAre(7));
}

TEST(PositionsTest, AnErasedSourceIsGoneAfterARestart) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  journal.Append(1, 0, {.covers = {{"x", AsBytes("1")}, {"y", AsBytes("2")}}});
  journal.Settle();
  journal.Append(1, 0, {.covers = {{"x", {}, Position::Kind::kErase}}});
  EXPECT_EQ(journal.journal->positions().Find("x"), std::nullopt);
  journal.Settle();
  ASSERT_TRUE(journal.Stop().ok());
  ASSERT_TRUE(journal.Open().ok());
  EXPECT_EQ(journal.journal->positions().Find("x"), std::nullopt);
  EXPECT_EQ(journal.journal->positions().Find("y"), "2");
}

}  // namespace
}  // namespace andon
