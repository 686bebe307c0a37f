#include "core/forward/compression.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon::forward {
namespace {

ByteBuffer Packed(Compression compression, const std::vector<std::string>& texts) {
  std::vector<Bytes> pieces;
  for (const std::string& text : texts) pieces.push_back(AsBytes(text));
  ByteBuffer out;
  Packer packer(compression);
  EXPECT_TRUE(packer.Pack(pieces, out).ok());
  return out;
}

// All of it, unpacked in steps of `step`; "corrupt" in front when it ended badly.
std::string Unpacked(Unpacker& unpacker, Compression compression, Bytes packed, size_t step) {
  unpacker.Begin(compression, packed);
  std::string text;
  std::vector<std::byte> room(step);
  auto outcome = Unpacker::Outcome::kMore;
  while (outcome == Unpacker::Outcome::kMore) {
    size_t written = 0;
    outcome = unpacker.Next(room, &written);
    text += AsText(Bytes(room).first(written));
  }
  return outcome == Unpacker::Outcome::kCorrupt ? "corrupt" : text;
}

class CompressionTest : public testing::TestWithParam<Compression> {};

TEST_P(CompressionTest, WhatIsPackedUnpacksAgainInStepsOfAnySize) {
  const std::string large(300000, 'x');
  const std::vector<std::string> texts = {"one", "", large, "two"};
  const ByteBuffer packed = Packed(GetParam(), texts);
  EXPECT_LT(packed.size(), 2000u);
  EXPECT_EQ(GuessCompression(packed.bytes()), GetParam());
  Unpacker unpacker;
  for (const size_t step : {size_t{1}, size_t{1000}, size_t{1} << 20}) {
    EXPECT_EQ(Unpacked(unpacker, GetParam(), packed.bytes(), step), "one" + large + "two");
  }
}

TEST_P(CompressionTest, MembersStandOneBehindTheOther) {
  ByteBuffer both = Packed(GetParam(), {"first "});
  both.Append(Packed(GetParam(), {"second"}).bytes());
  Unpacker unpacker;
  EXPECT_EQ(Unpacked(unpacker, GetParam(), both.bytes(), 4), "first second");
  EXPECT_EQ(Unpacked(unpacker, GetParam(), {}, 4), "");
}

TEST_P(CompressionTest, AnyCutOrChangedByteIsNoticedOrHarmless) {
  const ByteBuffer good = Packed(GetParam(), {"a text that is long enough to be packed, packed"});
  const std::string text = "a text that is long enough to be packed, packed";
  Unpacker unpacker;
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_EQ(Unpacked(unpacker, GetParam(), good.bytes().first(size), 16), "corrupt") << size;
  }
  int noticed = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::vector<std::byte> bytes(good.bytes().begin(), good.bytes().end());
    bytes[at] ^= std::byte{0x11};
    const std::string got = Unpacked(unpacker, GetParam(), bytes, 16);
    EXPECT_TRUE(got == "corrupt" || got == text) << at;
    noticed += got == "corrupt" ? 1 : 0;
  }
  EXPECT_GT(noticed, static_cast<int>(good.size() / 2));
  EXPECT_EQ(Unpacked(unpacker, GetParam(), good.bytes(), 16), text);
}

INSTANTIATE_TEST_SUITE_P(All, CompressionTest,
                         testing::Values(Compression::kGzip, Compression::kZstd),
                         [](const auto& with) { return std::string(CompressionName(with.param)); });

}  // namespace
}  // namespace andon::forward
