#include "core/app/event_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr EventTime kNow{1'800'000'000, 500};

TEST(ParseWhenTest, TakesTimesAndDurationsAgo) {
  EXPECT_EQ(*ParseWhen("2h", kNow), (EventTime{1'799'992'800, 500}));
  EXPECT_EQ(*ParseWhen("0", kNow), kNow);
  EXPECT_EQ(*ParseWhen("2026-11-21T13:12:19Z", kNow), (EventTime{1'795'266'739, 0}));
  EXPECT_EQ(*ParseWhen("2026-11-21T22:12:19.25+09:00", kNow),
            (EventTime{1'795'266'739, 250'000'000}));
}

TEST(ParseWhenTest, ANumberIsSecondsSince1970OrHasAUnit) {
  EXPECT_EQ(*ParseWhen("1795266739", kNow), (EventTime{1'795'266'739, 0}));
  EXPECT_THAT(ParseWhen("5", kNow), StatusIs(StatusCode::kInvalidConfig,
                                             "has no unit: write 5s, 5m or 5h for so long ago"));
}

TEST(ParseWhenTest, SaysWhatItTakes) {
  EXPECT_THAT(ParseWhen("soon", kNow),
              StatusIs(StatusCode::kInvalidConfig,
                       "is no time: write 2026-11-21T13:12:19Z, or 2h for two hours ago"));
  EXPECT_FALSE(ParseWhen("", kNow).ok());
}

TEST(SelectionOptionsTest, MistakesNameTheOption) {
  EXPECT_THAT(EventSelection::Make({.tag = "{a"}, kNow),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("--tag \"{a\": ")));
  EXPECT_THAT(EventSelection::Make({.since = "x"}, kNow),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("--since \"x\": is no time")));
  EXPECT_THAT(EventSelection::Make({.since = "1h", .until = "2h"}, kNow),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("--until is not later than --since")));
}

class EventSelectionTest : public testing::Test {
 protected:
  // Events at kNow - 10 s, ..., kNow - 1 s, numbered from 1.
  static Chunk TenSeconds(const std::string& tag) {
    std::vector<TestEvent> events;
    for (uint32_t i = 1; i <= 10; ++i) {
      events.push_back(
          EventFromJson(tag, "{\"n\":" + std::to_string(i) + "}", {kNow.seconds - 11 + i, 0}));
    }
    return MakeChunk(events);
  }
  // The numbers that are selected, "3-5 7".
  static std::string Selected(const SelectionOptions& options, const Chunk& chunk) {
    auto selection = EventSelection::Make(options, kNow);
    EXPECT_THAT(selection, IsOk());
    std::string text;
    for (const Piece& piece : chunk.pieces()) {
      for (const Piece& part : selection->Select(piece)) {
        EXPECT_THAT(DecodeEntries("t", part.entries), SizeIs(part.count));
        if (!text.empty()) text += ' ';
        text += std::to_string(part.first) + "-" + std::to_string(part.first + part.count - 1);
      }
    }
    return text;
  }
};

TEST_F(EventSelectionTest, TakesEverythingByDefault) {
  EXPECT_EQ(Selected({}, TenSeconds("a.b")), "1-10");
}

TEST_F(EventSelectionTest, SinceIsIncludedAndUntilIsNot) {
  EXPECT_EQ(Selected({.since = "2027-01-15T07:59:55Z"}, TenSeconds("a")), "6-10");
  EXPECT_EQ(Selected({.until = "2027-01-15T07:59:55Z"}, TenSeconds("a")), "1-5");
  EXPECT_EQ(
      Selected({.since = "2027-01-15T07:59:52Z", .until = "2027-01-15T07:59:55Z"}, TenSeconds("a")),
      "3-5");
  EXPECT_EQ(Selected({.since = "1s"}, TenSeconds("a")), "");
}

TEST_F(EventSelectionTest, EventsOutOfOrderMakeSeveralPieces) {
  std::vector<TestEvent> events;
  for (const uint32_t second : {5u, 1u, 6u, 7u, 2u, 8u}) {
    events.push_back(EventFromJson("a", "{}", {1000 + second, 0}));
  }
  EXPECT_EQ(Selected({.since = "1970-01-01T00:16:45Z"}, MakeChunk(events)), "1-1 3-4 6-6");
}

TEST_F(EventSelectionTest, TagsAreMatchedAsOutputsDo) {
  EXPECT_EQ(Selected({.tag = "a.*"}, TenSeconds("a.b")), "1-10");
  EXPECT_EQ(Selected({.tag = "a.*"}, TenSeconds("a.b.c")), "");
}

}  // namespace
}  // namespace andon
