#include "core/plugin/part_ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace andon {
namespace {

TEST(PartLedgerTest, EachLineIsACounterWithThePartsLabels) {
  MetricRegistry registry;
  PartLedger ledger(MetricScope(registry, {{"id", "x"}}));
  ledger.Received(10);
  ledger.Passed(6);
  ledger.Retried(2);
  ledger.Rejected(1);
  ledger.Dropped("filtered", 3);
  ledger.Dropped("overflow", 1);
  ledger.Dropped("filtered", 2);
  const Labels part{{"id", "x"}};
  EXPECT_EQ(registry.Sum("andon_events_received_total", part), 10u);
  EXPECT_EQ(registry.Sum("andon_events_passed_total", part), 6u);
  EXPECT_EQ(registry.Sum("andon_events_retried_total", part), 2u);
  EXPECT_EQ(registry.Sum("andon_events_rejected_total", part), 1u);
  EXPECT_EQ(registry.Sum("andon_events_dropped_total", part), 6u);
  EXPECT_EQ(registry.Sum("andon_events_dropped_total", {{"id", "x"}, {"cause", "filtered"}}), 5u);
  EXPECT_EQ(ledger.received(), 10u);
  EXPECT_EQ(ledger.passed(), 6u);
}

TEST(PartLedgerTest, EachTellsOnceWhatItHasRejectedItself) {
  MetricRegistry registry;
  PartLedger one(MetricScope(registry, {{"id", "x"}}));
  PartLedger other(MetricScope(registry, {{"id", "x"}}));
  one.Rejected(2);
  one.Rejected(1);
  EXPECT_EQ(other.TakeRejected(), 0u);
  EXPECT_EQ(one.TakeRejected(), 3u);
  EXPECT_EQ(one.TakeRejected(), 0u);
  EXPECT_EQ(registry.Sum("andon_events_rejected_total"), 3u);
}

TEST(PartLedgerTest, CountsGoOnOverAReload) {
  MetricRegistry registry;
  for (int i = 0; i < 2; ++i) {
    PartLedger ledger(MetricScope(registry, {{"id", "x"}}));
    ledger.Received(1);
    ledger.Dropped("kernel", 1);
  }
  EXPECT_EQ(registry.Sum("andon_events_received_total"), 2u);
  EXPECT_EQ(registry.Sum("andon_events_dropped_total"), 2u);
}

TEST(PartLedgerTest, ThreadsMayMeetANewCauseAtOnce) {
  MetricRegistry registry;
  PartLedger ledger(MetricScope(registry, {}));
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kCauses = 200;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&ledger] {
      for (uint64_t i = 0; i < kCauses; ++i) ledger.Dropped("cause" + std::to_string(i), 1);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.Sum("andon_events_dropped_total"), kThreads * kCauses);
  EXPECT_EQ(registry.Sum("andon_events_dropped_total", {{"cause", "cause7"}}), kThreads);
}

}  // namespace
}  // namespace andon
