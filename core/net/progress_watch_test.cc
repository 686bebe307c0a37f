#include "core/net/progress_watch.h"

#include <gtest/gtest.h>

namespace andon {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{100h};

TEST(ProgressWatchTest, AMessageThatStandsStillIsStalledAfterTheLimit) {
  ProgressWatch watch;
  EXPECT_FALSE(watch.IsStalled(7, 1000, kStart));
  EXPECT_FALSE(watch.IsStalled(7, 1000, kStart + 30s - 1ns));
  EXPECT_TRUE(watch.IsStalled(7, 1000, kStart + 30s));
}

TEST(ProgressWatchTest, SingleBytesAreNoProgress) {
  ProgressWatch watch;
  watch.Begin(7, 1000, kStart);
  EXPECT_TRUE(watch.IsStalled(7, 1000 + ProgressWatch::kLeastBytes - 1, kStart + 30s));
}

TEST(ProgressWatchTest, WhoBringsEnoughOrFinishesHasTheWholeTimeAgain) {
  ProgressWatch watch;
  watch.Begin(7, 1000, kStart);
  const size_t more = 1000 + ProgressWatch::kLeastBytes;
  EXPECT_FALSE(watch.IsStalled(7, more, kStart + 29s));
  EXPECT_FALSE(watch.IsStalled(7, more, kStart + 58s));
  EXPECT_FALSE(watch.IsStalled(8, 10, kStart + 58s));
  EXPECT_FALSE(watch.IsStalled(8, 10, kStart + 87s));
  EXPECT_TRUE(watch.IsStalled(8, 10, kStart + 88s));
}

TEST(ProgressWatchTest, TimeInWhichNobodyCouldGoOnDoesNotCount) {
  ProgressWatch watch;
  watch.Begin(7, 1000, kStart);
  watch.Forget();
  EXPECT_FALSE(watch.IsStalled(7, 1000, kStart + 60s));
  EXPECT_TRUE(watch.IsStalled(7, 1000, kStart + 90s));
}

TEST(ProgressWatchTest, TheLimitHalvesDownToTheIntervalUntilItIsRestored) {
  ProgressWatch watch;
  watch.ShortenLimit();
  watch.Begin(7, 0, kStart);
  EXPECT_FALSE(watch.IsStalled(7, 0, kStart + 15s - 1ns));
  EXPECT_TRUE(watch.IsStalled(7, 0, kStart + 15s));
  for (int i = 0; i < 10; ++i) watch.ShortenLimit();
  EXPECT_TRUE(watch.IsStalled(7, 0, kStart + ProgressWatch::kInterval));
  EXPECT_FALSE(watch.IsStalled(7, 0, kStart + ProgressWatch::kInterval - 1ns));
  watch.RestoreLimit();
  EXPECT_FALSE(watch.IsStalled(7, 0, kStart + 29s));
}

}  // namespace
}  // namespace andon
