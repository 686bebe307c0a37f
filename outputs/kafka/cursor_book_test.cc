#include "outputs/kafka/cursor_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outputs/kafka/cursor_note.h"

namespace andon::kafka_output {
namespace {

using ::testing::IsEmpty;

const LaneId kLane{1, 2};

ByteBuffer Encoded(std::initializer_list<Range> ranges) {
  RunSet set;
  for (const Range& range : ranges) set.Add(range);
  ByteBuffer bytes;
  set.EncodeTo(bytes);
  return bytes;
}

TEST(CursorBookTest, SetsOfOneLaneAreUnitedInAnyOrder) {
  const ByteBuffer early = Encoded({{1, 10}});
  const ByteBuffer late = Encoded({{1, 20}, {30, 40}});
  CursorBook book("a");
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("a", kLane), late.bytes()));
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("a", kLane), early.bytes()));
  EXPECT_TRUE(book.lanes().at(kLane).ContainsAll({1, 20}));
  EXPECT_TRUE(book.lanes().at(kLane).ContainsAll({30, 40}));
}

TEST(CursorBookTest, OthersMessagesAreNotOurs) {
  CursorBook book("a");
  const ByteBuffer set = Encoded({{1, 10}});
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("a-longer", kLane), set.bytes()));
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("b", kLane), set.bytes()));
  EXPECT_TRUE(book.Take("", set.bytes()));
  EXPECT_TRUE(book.empty());
}

TEST(CursorBookTest, ATombstoneEndsALane) {
  CursorBook book("a");
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("a", kLane), Encoded({{1, 10}}).bytes()));
  EXPECT_TRUE(book.Take(CursorBook::LaneKey("a", kLane), std::nullopt));
  EXPECT_THAT(book.lanes(), IsEmpty());
}

TEST(CursorBookTest, WhatMakesNoSenseIsSaid) {
  CursorBook book("a");
  EXPECT_FALSE(book.Take("a lane x", Encoded({{1, 10}}).bytes()));
  EXPECT_FALSE(book.Take(CursorBook::LaneKey("a", kLane), AsBytes("\xff")));
  EXPECT_FALSE(book.Take("a count", AsBytes("1x")));
  EXPECT_FALSE(book.Take("a novelty", AsBytes("1")));
  EXPECT_TRUE(book.Take("a count", AsBytes("17")));
  EXPECT_TRUE(book.Take("a count", AsBytes("16")));
  EXPECT_EQ(book.transactions(), 17u);
  EXPECT_TRUE(book.Take("a claim", AsBytes("who")));
  EXPECT_EQ(book.claim(), "who");
}

TEST(CursorBookTest, AClaimInTheIdsPartitionCountsMoreThanOneInAFormerPartition) {
  CursorBook book("a", 1);
  EXPECT_FALSE(book.ClaimedFrom("we"));
  EXPECT_TRUE(book.Take("a claim", AsBytes("we"), 0));
  EXPECT_TRUE(book.Take("a claim", AsBytes("somebody"), 2));
  EXPECT_FALSE(book.ClaimedFrom("we"));
  EXPECT_TRUE(book.ClaimedFrom("others"));
  EXPECT_FALSE(book.ClaimedBy("we"));
  EXPECT_TRUE(book.Take("a claim", AsBytes("others"), 1));
  EXPECT_TRUE(book.Take("a claim", AsBytes("we"), 0));
  EXPECT_TRUE(book.ClaimedFrom("we"));
  EXPECT_TRUE(book.ClaimedBy("others"));
  EXPECT_EQ(book.claim(), "others");
}

TEST(CursorNoteTest, WhatIsEncodedIsReadBack) {
  const CursorNote note{"cluster id", "cursors", 42};
  EXPECT_EQ(DecodeCursorNote(EncodeCursorNote(note)), note);
  for (const char* text : {"", "x", "kafka 2 1 t c", "kafka 1 x t c", "kafka 1 "}) {
    EXPECT_EQ(DecodeCursorNote(text), CursorNote()) << text;
  }
}

}  // namespace
}  // namespace andon::kafka_output
