#include "core/event/chunk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "test/support/test_event.h"

namespace andon {
namespace {

using testing::ElementsAre;

std::vector<std::string> Records(const Chunk& chunk) {
  std::vector<std::string> records;
  for (const TestEvent& event : DecodeChunk(chunk)) records.push_back(event.tag + event.record);
  return records;
}

Chunk Numbered(Sequence first) {
  std::vector<TestEvent> events;
  for (int i = 0; i < 6; ++i) {
    events.push_back(EventFromJson(i < 4 ? "a" : "b", "{\"n\":" + std::to_string(i) + "}",
                                   {100 + static_cast<uint32_t>(i), 0}));
  }
  return MakeChunk(events, {.lane = {1, 2}, .first = first, .settled = 3});
}

TEST(ChunkTest, ItCountsWhatItsPiecesHave) {
  const Chunk chunk = Numbered(11);
  EXPECT_EQ(chunk.events(), 6u);
  EXPECT_EQ(chunk.pieces().size(), 2u);
  EXPECT_EQ(chunk.bytes(), chunk.pieces()[0].entries.size() + chunk.pieces()[1].entries.size());
  EXPECT_EQ(chunk.settled(), 3u);
  EXPECT_EQ(chunk.window(), (Range{11, 16}));
}

TEST(ChunkTest, OnlyCutsPiecesAndKeepsNumbersAndTheWindow) {
  const Chunk chunk = Numbered(11);
  const std::vector<Range> ranges{{12, 13}, {15, 15}};
  const Chunk only = chunk.Only(ranges);
  EXPECT_THAT(Records(only), ElementsAre(R"(a{"n":1})", R"(a{"n":2})", R"(b{"n":4})"));
  EXPECT_EQ(only.window(), chunk.window());
  EXPECT_EQ(only.lane(), chunk.lane());
  ASSERT_EQ(only.pieces().size(), 2u);
  EXPECT_EQ(only.pieces()[0].first, 12u);
  EXPECT_EQ(only.pieces()[0].count, 2u);
  EXPECT_EQ(only.pieces()[0].times.earliest, (EventTime{101, 0}));
  EXPECT_EQ(only.pieces()[0].times.latest, (EventTime{102, 0}));
  EXPECT_EQ(only.pieces()[1].first, 15u);
}

TEST(ChunkTest, DetachedItHasTheSameEventsAndPinsNothing) {
  const std::vector<andon::Run> origin{{{5, 5}, 7, 2}};
  std::weak_ptr<int> pin;
  std::optional<Chunk> detached;
  {
    const Chunk base = Numbered(11);
    const std::vector<Range> ranges{{12, 13}, {15, 15}};
    const Chunk only = base.Only(ranges);
    const auto pinned = std::make_shared<int>();
    pin = pinned;
    Chunk::Parts parts{only.lane(),    only.window(),
                       only.settled(), {only.pieces()[0], only.pieces()[1]},
                       {pinned},       true};
    parts.pieces[0].origin = origin;
    detached = Chunk(std::move(parts)).Detached();
  }
  EXPECT_TRUE(pin.expired());
  EXPECT_THAT(Records(*detached), ElementsAre(R"(a{"n":1})", R"(a{"n":2})", R"(b{"n":4})"));
  EXPECT_THAT(detached->pieces()[0].origin, ElementsAre(origin[0]));
  EXPECT_EQ(detached->pieces()[1].first, 15u);
  EXPECT_EQ(detached->window(), (Range{11, 16}));
  EXPECT_FALSE(detached->whole());
  const Chunk again = detached->Detached();
  EXPECT_EQ(again.pieces().data(), detached->pieces().data()) << "copied once more";
  const std::vector<Range> last{{15, 15}};
  EXPECT_THAT(Records(detached->Only(last).Detached()), ElementsAre(R"(b{"n":4})"));
}

TEST(ChunkTest, RangesInAnyOrderOverlappingOrElsewhereGiveEachEventOnce) {
  const Chunk chunk = Numbered(11);
  const std::vector<Range> ranges{{16, 99}, {11, 12}, {12, 13}, {1, 11}, {20, 30}, {5, 2}};
  EXPECT_THAT(Records(chunk.Only(ranges)),
              ElementsAre(R"(a{"n":0})", R"(a{"n":1})", R"(a{"n":2})", R"(b{"n":5})"));
  EXPECT_EQ(chunk.Only({}).events(), 0u);
}

TEST(ChunkTest, PiecesThatStayWholeAreNotLookedAt) {
  const Chunk base = Numbered(11);
  Chunk::Parts parts{base.lane(), base.window(), 0, {base.pieces()[0], base.pieces()[1]}, {}};
  const std::string broken(parts.pieces[0].entries.size(), '\xc1');
  parts.pieces[0].entries = AsBytes(broken);
  const Chunk chunk(std::move(parts));
  const std::vector<Range> ranges{{15, 15}, {1, 14}};
  const Chunk only = chunk.Only(ranges);
  ASSERT_EQ(only.pieces().size(), 2u);
  EXPECT_EQ(only.pieces()[0].entries.data(), chunk.pieces()[0].entries.data());
  EXPECT_EQ(only.pieces()[0].count, 4u);
  EXPECT_EQ(only.pieces()[0].times.latest, base.pieces()[0].times.latest);
  EXPECT_EQ(only.pieces()[1].count, 1u);
}

TEST(ChunkTest, TheIdentitiesAreCutWithTheEvents) {
  const Chunk base = Numbered(1);
  const LaneId x{9, 1};
  const LaneId y{9, 2};
  const std::vector<andon::Run> origin{{x, 100, 3}, {y, 7, 1}};
  Chunk::Parts parts{base.lane(), base.window(), 0, {base.pieces()[0]}, {}};
  parts.pieces[0].origin = origin;
  parts.pins.push_back(std::make_shared<Chunk>(base));
  const Chunk chunk(std::move(parts));
  const std::vector<Range> ranges{{2, 4}};
  const Chunk only = chunk.Only(ranges);
  ASSERT_EQ(only.pieces().size(), 1u);
  EXPECT_THAT(only.pieces()[0].origin, ElementsAre(andon::Run{x, 101, 2}, andon::Run{y, 7, 1}));
  const std::vector<Range> again{{3, 3}};
  const Chunk one = only.Only(again);
  EXPECT_THAT(one.pieces()[0].origin, ElementsAre(andon::Run{x, 102, 1}));
}

}  // namespace
}  // namespace andon
