#include "core/base/bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace andon {
namespace {

TEST(BytesTest, NumbersAreStoredMostSignificantByteFirst) {
  std::byte to[8];
  StoreBigEndian(to, uint32_t{0x01020304});
  EXPECT_EQ(to[0], std::byte{1});
  EXPECT_EQ(to[3], std::byte{4});
  EXPECT_EQ(LoadBigEndian<uint32_t>(to), 0x01020304u);
  EXPECT_EQ(LoadBigEndian<uint16_t>(to), 0x0102u);
  StoreBigEndian(to, uint64_t{0x0102030405060708});
  EXPECT_EQ(LoadBigEndian<uint64_t>(to), 0x0102030405060708u);
}

TEST(ByteBufferTest, GrowingKeepsWhatIsThere) {
  ByteBuffer buffer;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    buffer.Append(std::to_string(i));
    buffer.Append('\n');
    expected += std::to_string(i) + "\n";
  }
  EXPECT_EQ(buffer.text(), expected);
  buffer.Consume(100);
  EXPECT_EQ(buffer.text(), expected.substr(100));
  buffer.Truncate(3);
  EXPECT_EQ(buffer.text(), expected.substr(100, 3));
}

TEST(ByteBufferTest, WhatIsMovedFromIsEmptyAndCanBeUsed) {
  ByteBuffer from;
  from.Append("abc");
  ByteBuffer to(std::move(from));
  EXPECT_EQ(to.text(), "abc");
  EXPECT_TRUE(from.empty());  // NOLINT: what is left behind is promised.
  from.Append("x");
  to = std::move(from);
  EXPECT_EQ(to.text(), "x");
  EXPECT_EQ(from.capacity(), 0u);  // NOLINT
}

TEST(ByteBufferTest, ClearKeepsTheMemoryAndReleaseGivesItBack) {
  ByteBuffer buffer(1000);
  EXPECT_GE(buffer.capacity(), 1000u);
  buffer.Append("abc");
  buffer.Clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_GE(buffer.capacity(), 1000u);
  buffer.Release();
  EXPECT_EQ(buffer.capacity(), 0u);
}

}  // namespace
}  // namespace andon
