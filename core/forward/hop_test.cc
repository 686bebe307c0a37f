#include "core/forward/hop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/event/msgpack_walk.h"
#include "core/forward/message_option.h"

namespace andon::forward {
namespace {

ByteBuffer Option(const Hop& hop) {
  ByteBuffer bytes;
  MsgpackWriter writer(bytes);
  writer.MapHeader(1);
  AppendHop(hop, writer);
  return bytes;
}

Hop Sample() {
  Hop hop;
  hop.lane = {1, 2};
  hop.output = "forward";
  hop.runs = {{1, 10}, {21, 21}, {1'000'000'000'000, 1'000'000'000'008}};
  hop.settled = 12345678901;
  return hop;
}

TEST(HopTest, ComesBackAsItWasWritten) {
  Hop hop = Sample();
  hop.origin = {{{3, 4}, 7, 12}, {{5, 6}, 1, 7}, {{3, 4}, 100, 1}};
  hop.closed = {{7, 8}, {9, 10}};
  const ByteBuffer bytes = Option(hop);
  ASSERT_EQ(WalkValue(bytes.bytes()).bytes, bytes.size());
  const char* error = nullptr;
  const auto read = ReadHop(ValueView(bytes.bytes()), &error);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(error, nullptr);
  EXPECT_EQ(read->lane, hop.lane);
  EXPECT_EQ(read->output, hop.output);
  EXPECT_EQ(read->runs, hop.runs);
  EXPECT_EQ(read->settled, hop.settled);
  EXPECT_EQ(read->origin, hop.origin);
  EXPECT_EQ(read->closed, hop.closed);
  EXPECT_EQ(read->events(), 20u);
}

TEST(HopTest, AbsentIsNoError) {
  ByteBuffer bytes;
  MsgpackWriter(bytes).MapHeader(0);
  const char* error = "";
  EXPECT_FALSE(ReadHop(ValueView(bytes.bytes()), &error).has_value());
  EXPECT_EQ(error, nullptr);
  EXPECT_EQ(ReadMessageOption(ValueView(bytes.bytes())).error, nullptr);
}

TEST(HopTest, OriginsThatDoNotCoverTheRunsAreRefused) {
  Hop hop = Sample();
  hop.origin = {{{3, 4}, 7, 19}};
  const char* error = nullptr;
  const ByteBuffer bytes = Option(hop);
  (void)ReadHop(ValueView(bytes.bytes()), &error);
  EXPECT_STREQ(error, "\"origin\" and \"runs\" differ in count");
  EXPECT_NE(ReadMessageOption(ValueView(bytes.bytes())).error, nullptr);
}

bool AreApartAndAscend(const std::vector<Range>& runs) {
  Sequence before = 0;
  for (const Range& run : runs) {
    if (run.first <= before || run.last < run.first) return false;
    before = run.last;
  }
  return true;
}

// Whatever single byte is changed: it is read without harm, or refused.
TEST(HopTest, EveryDamagedByteIsHarmless) {
  Hop hop = Sample();
  hop.origin = {{{3, 4}, 7, 12}, {{5, 6}, 1, 8}};
  const ByteBuffer good = Option(hop);
  int refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::vector<std::byte> bytes(good.bytes().begin(), good.bytes().end());
      bytes[at] = static_cast<std::byte>(value);
      const WalkResult walk = WalkValue(bytes);
      if (walk.outcome != WalkOutcome::kOk) continue;
      const ValueView option(Bytes(bytes).first(walk.bytes));
      const char* error = nullptr;
      const auto read = ReadHop(option, &error);
      refused += error != nullptr ? 1 : 0;
      if (!read.has_value() || error != nullptr) continue;
      ASSERT_TRUE(AreApartAndAscend(read->runs));
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace andon::forward
