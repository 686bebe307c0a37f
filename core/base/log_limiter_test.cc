#include "core/base/log_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace andon {
namespace {

constexpr Duration kWindow = std::chrono::seconds(10);
constexpr MonotonicTime kStart{std::chrono::hours(1)};

TEST(LogLimiterTest, AfterTheBurstOnlyACountIsKept) {
  LogLimiter limiter(3, kWindow);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.Admit("tail", "gone", kStart).write);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limiter.Admit("tail", "gone", kStart).write);
}

TEST(LogLimiterTest, TheFirstOfTheNextWindowTellsHowManyWereHeldBack) {
  LogLimiter limiter(2, kWindow);
  for (int i = 0; i < 7; ++i) limiter.Admit("tail", "gone", kStart);
  const auto before = limiter.Admit("tail", "gone", kStart + kWindow - Duration(1));
  EXPECT_FALSE(before.write);
  const auto next = limiter.Admit("tail", "gone", kStart + kWindow);
  EXPECT_TRUE(next.write);
  EXPECT_EQ(next.suppressed, 6u);
  const auto second = limiter.Admit("tail", "gone", kStart + kWindow);
  EXPECT_TRUE(second.write);
  EXPECT_EQ(second.suppressed, 0u);
}

TEST(LogLimiterTest, EachPartAndMessageHasItsOwnLimit) {
  LogLimiter limiter(1, kWindow);
  EXPECT_TRUE(limiter.Admit("a", "x", kStart).write);
  EXPECT_TRUE(limiter.Admit("a", "y", kStart).write);
  EXPECT_TRUE(limiter.Admit("b", "x", kStart).write);
  EXPECT_TRUE(limiter.Admit("ax", "", kStart).write);
  EXPECT_FALSE(limiter.Admit("a", "x", kStart).write);
}

TEST(LogLimiterTest, MemoryIsBoundedAndNoCountIsLost) {
  LogLimiter limiter(1, kWindow, 8);
  uint64_t written = 0;
  uint64_t told = 0;
  for (int i = 0; i < 100; ++i) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      const MonotonicTime now = kStart + Duration(i);
      const auto verdict = limiter.Admit("part", "message " + std::to_string(i), now);
      written += verdict.write ? 1 : 0;
      told += verdict.suppressed + limiter.TakeForgotten();
    }
    EXPECT_LE(limiter.size(), 8u);
  }
  // What is still remembered comes with the next of each.
  for (int i = 92; i < 100; ++i) {
    told += limiter.Admit("part", "message " + std::to_string(i), kStart + 2 * kWindow).suppressed;
  }
  EXPECT_EQ(written, 100u);
  EXPECT_EQ(told, 200u);
}

}  // namespace
}  // namespace andon
