#include "core/journal/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/journal/segment_scan.h"
#include "core/journal/state.h"

namespace andon {
namespace {

using ::testing::ElementsAre;

struct Written {
  explicit Written(const journal::RecordFields& fields, uint32_t mask = 77) {
    bytes.resize(RecordBytes(fields) / 8);
    WriteRecord(fields, mask, true, reinterpret_cast<std::byte*>(bytes.data()));
  }
  std::span<std::byte> span() {
    return {reinterpret_cast<std::byte*>(bytes.data()), bytes.size() * 8};
  }
  std::vector<uint64_t> bytes;
};

journal::RecordFields Sample(std::span<const andon::Run> origin, std::span<const uint32_t> routes) {
  journal::RecordFields fields;
  fields.first = 42;
  fields.count = 3;
  fields.tag = "log.a";
  fields.entries = AsBytes("some bytes");
  fields.positions = AsBytes("where");
  fields.times = {.earliest = {1, 2}, .latest = {3, 4}};
  fields.origin = origin;
  fields.routes = routes;
  return fields;
}

TEST(RecordTest, ComesOutAsItWentIn) {
  const std::vector<andon::Run> origin = {{{1, 2}, 3, 1}, {{4, 5}, 6, 2}};
  const std::vector<uint32_t> routes = {1, 9, 11};
  Written written(Sample(origin, routes));
  const auto record = journal::StoredRecord::Parse(written.span());
  ASSERT_TRUE(record.has_value());
  EXPECT_TRUE(record->ChecksumMatches(77));
  EXPECT_FALSE(record->ChecksumMatches(78));
  EXPECT_EQ(record->first(), 42u);
  EXPECT_EQ(record->last(), 44u);
  EXPECT_EQ(record->tag(), "log.a");
  EXPECT_EQ(AsText(record->entries()), "some bytes");
  EXPECT_EQ(AsText(record->positions()), "where");
  EXPECT_THAT(record->origin(), ElementsAre(origin[0], origin[1]));
  EXPECT_TRUE(record->RoutedTo(9));
  EXPECT_FALSE(record->RoutedTo(10));
  EXPECT_EQ(record->times().latest, (EventTime{3, 4}));
}

TEST(RecordTest, AnyChangedBitIsFound) {
  const std::vector<uint32_t> routes = {1};
  Written written(Sample({}, routes));
  for (size_t at = 0; at < written.span().size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      written.span()[at] ^= static_cast<std::byte>(1 << bit);
      const auto record = journal::StoredRecord::Parse(written.span());
      EXPECT_FALSE(record.has_value() && record->ChecksumMatches(77)) << at;
      written.span()[at] ^= static_cast<std::byte>(1 << bit);
    }
  }
}

TEST(RecordTest, AnotherSegmentNeedsAnotherMaskOnly) {
  Written written(Sample({}, {}));
  journal::ChangeMask(written.span(), 77, 1234);
  const auto record = journal::StoredRecord::Parse(written.span());
  EXPECT_TRUE(record->ChecksumMatches(1234));
  EXPECT_FALSE(record->ChecksumMatches(77));
}

TEST(RecordTest, ShortBytesAreNoRecord) {
  Written written(Sample({}, {}));
  for (size_t size = 0; size < written.span().size(); ++size) {
    EXPECT_FALSE(journal::StoredRecord::Parse(written.span().first(size)).has_value());
  }
}

TEST(RecordTest, RunsAreCutByCount) {
  const std::vector<andon::Run> runs = {{{1, 1}, 10, 5}, {{2, 2}, 20, 5}, {{3, 3}, 30, 5}};
  std::vector<andon::Run> cut;
  journal::CutRuns(runs, 3, 8, cut);
  EXPECT_THAT(cut, ElementsAre(andon::Run{{1, 1}, 13, 2}, andon::Run{{2, 2}, 20, 5},
                               andon::Run{{3, 3}, 30, 1}));
}

TEST(StateTest, ASnapshotComesOutAsItWentIn) {
  journal::State state;
  state.journal = {1, 2};
  state.oldest = 7;
  state.clock_ns = 123;
  state.position_order = 9;
  state.next_cursor = 4;
  state.lanes[{5, 5}] = {.closed = true, .last = 99, .end = {3, 4096}};
  journal::CursorState cursor;
  cursor.number = 3;
  cursor.id = "out";
  cursor.note = "note";
  cursor.resume = {3, 8192};
  cursor.lanes[{5, 5}].Add({1, 50});
  state.cursors[3] = cursor;
  state.routed[3] = 60;
  state.positions["x"].value = std::string("y");
  state.positions["r"].value = RunSet();
  ByteBuffer bytes;
  EncodeState(state, bytes);
  const auto decoded = journal::DecodeState(bytes.bytes());
  ASSERT_TRUE(decoded.ok());
  ByteBuffer again;
  EncodeState(*decoded, again);
  EXPECT_EQ(again.text(), bytes.text());
  EXPECT_EQ(decoded->cursors.at(3).lanes.at({5, 5}).watermark(), 50u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(journal::DecodeState(bytes.bytes().first(size)).ok());
  }
}

TEST(StateTest, CountsThatPromiseMoreThanThereIsAreRefused) {
  ByteBuffer bytes;
  journal::Encoder encoder(bytes);
  encoder.Id({1, 2});
  for (int i = 0; i < 4; ++i) encoder.Number(1);
  encoder.Number(UINT64_MAX);  // Lanes.
  EXPECT_FALSE(journal::DecodeState(bytes.bytes()).ok());
}

}  // namespace
}  // namespace andon
