#include "inputs/tail/position.h"

#include "test/support/matchers.h"

namespace andon::tail {
namespace {

TailPosition Example() {
  TailPosition position;
  position.offset = 5'000'000'000;
  position.head_bytes = 1024;
  position.head_hash = UINT64_MAX;
  position.birth = 1'700'000'000'000'000'000;
  position.boot = 42;
  position.seconds = 1'800'000'000;
  position.checkpoints.Add({1000, 1});
  position.checkpoints.Add({5'000'000'000, 2});
  position.path = "/var/log/with\ttab";
  return position;
}

TEST(TailPositionTest, ComesBackAsItWas) {
  const auto position = DecodePosition(EncodePosition(Example()));
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, Example());
  EXPECT_EQ(*DecodePosition(EncodePosition(TailPosition())), TailPosition());
}

TEST(TailPositionTest, DamageIsNoticed) {
  const std::string text = EncodePosition(Example());
  const size_t path = text.find("/var");
  for (size_t size = 0; size < path; ++size) {
    EXPECT_FALSE(DecodePosition(text.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodePosition("2" + text.substr(1)).ok());
  EXPECT_FALSE(DecodePosition("1\t1\t1\t1\t1\t1\t1\t5:1,4:1,\t/x").ok());
}

TEST(TailPositionTest, SourcesNameTheInputAndTheFile) {
  EXPECT_EQ(StartedSource("a"), "tail:a");
  EXPECT_EQ(FileSource("a", {7, 8}), "tail:a:7:8");
  EXPECT_EQ(FileOfSource("a", "tail:a:7:8"), (FileId{7, 8}));
  EXPECT_EQ(FileOfSource("a", "tail:ab:7:8"), std::nullopt);
  EXPECT_EQ(FileOfSource("a", "tail:a:7"), std::nullopt);
  EXPECT_EQ(FileOfSource("a", "tail:a"), std::nullopt);
}

TEST(CheckpointsTest, StayFewAndAreCloseNearTheEnd) {
  Checkpoints checkpoints;
  uint64_t offset = 0;
  for (int i = 0; i < 100'000; ++i) {
    offset += 1000;
    checkpoints.Add({offset, 0});
    const auto& points = checkpoints.points();
    ASSERT_LE(points.size(), Checkpoints::kMost);
    ASSERT_EQ(points.back().offset, offset);
    if (i < 100) continue;
    // From any place behind, the next checkpoint before it is not much farther back.
    ASSERT_LE(offset - points[points.size() - 2].offset, 8000u);
    ASSERT_GE(offset - points.front().offset, 1'000'000u * static_cast<uint64_t>(i > 5000));
  }
}

TEST(CheckpointsTest, IgnoreWhatIsNotBehindTheOthers) {
  Checkpoints checkpoints;
  checkpoints.Add({10, 1});
  checkpoints.Add({10, 2});
  checkpoints.Add({5, 3});
  EXPECT_THAT(checkpoints.points(), testing::ElementsAre(Checkpoint{10, 1}));
}

}  // namespace
}  // namespace andon::tail
