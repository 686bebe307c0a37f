#include "core/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace andon {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, TheTextIsSortedByNameAndLabels) {
  MetricRegistry registry;
  registry.GetGauge("b_gauge", {}, "Second.").Set(0.25);
  registry.GetCounter("a_total", {{"z", "1"}, {"a", "2"}}, "First.").Add(3);
  registry.GetCounter("a_total", {{"a", "1"}}, "First.").Add();
  EXPECT_EQ(registry.Render(),
            "# HELP a_total First.\n"
            "# TYPE a_total counter\n"
            "a_total{a=\"1\"} 1\n"
            "a_total{a=\"2\",z=\"1\"} 3\n"
            "# HELP b_gauge Second.\n"
            "# TYPE b_gauge gauge\n"
            "b_gauge 0.25\n");
}

TEST(MetricsTest, AskingAgainGivesTheSame) {
  MetricRegistry registry;
  Counter& counter = registry.GetCounter("a_total", {{"x", "1"}, {"y", "2"}}, "h");
  EXPECT_EQ(&registry.GetCounter("a_total", {{"y", "2"}, {"x", "1"}}, "h"), &counter);
  EXPECT_NE(&registry.GetCounter("a_total", {{"x", "1"}}, "h"), &counter);
}

TEST(MetricsTest, LabelValuesMayHoldAnyBytes) {
  MetricRegistry registry;
  registry.GetCounter("a_total", {{"path", "C:\\x \"y\"\nz\xff"}}, "back\\slash\nline");
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("# HELP a_total back\\\\slash\\nline\n"));
  EXPECT_THAT(text, HasSubstr("a_total{path=\"C:\\\\x \\\"y\\\"\\nz\xef\xbf\xbd\"} 0\n"));
}

TEST(MetricsTest, GaugesMayBeNoNumbers) {
  MetricRegistry registry;
  registry.GetGauge("a", {}, "").Set(std::numeric_limits<double>::infinity());
  registry.GetGauge("b", {}, "").Set(-std::numeric_limits<double>::infinity());
  registry.GetGauge("c", {}, "").Set(std::nan(""));
  registry.GetGauge("d", {}, "").Set(1e21);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("\na +Inf\n"));
  EXPECT_THAT(text, HasSubstr("\nb -Inf\n"));
  EXPECT_THAT(text, HasSubstr("\nc NaN\n"));
  EXPECT_THAT(text, HasSubstr("\nd 1e+21\n"));
}

TEST(MetricsTest, AHistogramsBoundsBelongToTheirBuckets) {
  Histogram histogram;
  for (int i = 0; i < Histogram::kBuckets; ++i) {
    const double bound = Histogram::kBounds.at(static_cast<size_t>(i));
    const uint64_t before = histogram.bucket(i);
    histogram.Observe(bound);
    EXPECT_EQ(histogram.bucket(i), before + 1) << i;
    histogram.Observe(std::nextafter(bound, 1e9));
    EXPECT_EQ(histogram.bucket(i + 1), 1u) << i;
  }
}

TEST(MetricsTest, AHistogramTakesEveryNumber) {
  Histogram histogram;
  histogram.Observe(0);
  histogram.Observe(-5);
  histogram.Observe(1e-300);
  EXPECT_EQ(histogram.bucket(0), 3u);
  histogram.Observe(1e300);
  histogram.Observe(std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.bucket(Histogram::kBuckets), 2u);
  histogram.Observe(std::nan(""));
  EXPECT_EQ(histogram.count(), 5u);
}

TEST(MetricsTest, AHistogramsTextCountsUp) {
  MetricRegistry registry;
  Histogram& histogram = registry.GetHistogram("wait_seconds", {{"id", "x"}}, "Waiting.");
  histogram.Observe(0.5);
  histogram.Observe(0.75);
  histogram.Observe(5000);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("# TYPE wait_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{id=\"x\",le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{id=\"x\",le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{id=\"x\",le=\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{id=\"x\",le=\"1000\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{id=\"x\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_sum{id=\"x\"} 5001.25\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_count{id=\"x\"} 3\n"));
}

TEST(MetricsTest, GaugesAreSetBeforeTheTextIsMadeWhileSomebodyHoldsTheHandle) {
  MetricRegistry registry;
  int calls = 0;
  auto handle = registry.BeforeRender([&] { registry.GetGauge("calls", {}, "").Set(++calls); });
  EXPECT_THAT(registry.Render(), HasSubstr("calls 1\n"));
  EXPECT_THAT(registry.Render(), HasSubstr("calls 2\n"));
  handle.reset();
  EXPECT_THAT(registry.Render(), HasSubstr("calls 2\n"));
}

TEST(MetricsTest, ASumGoesOverAllThatHaveTheLabels) {
  MetricRegistry registry;
  registry.GetCounter("a_total", {{"id", "x"}, {"cause", "late"}}, "").Add(1);
  registry.GetCounter("a_total", {{"id", "x"}, {"cause", "full"}}, "").Add(10);
  registry.GetCounter("a_total", {{"id", "y"}, {"cause", "full"}}, "").Add(100);
  registry.GetGauge("a", {{"id", "x"}}, "").Set(7);
  EXPECT_EQ(registry.Sum("a_total"), 111u);
  EXPECT_EQ(registry.Sum("a_total", {{"id", "x"}}), 11u);
  EXPECT_EQ(registry.Sum("a_total", {{"cause", "full"}}), 110u);
  EXPECT_EQ(registry.Sum("a_total", {{"cause", "none"}}), 0u);
  EXPECT_EQ(registry.Sum("none"), 0u);
  EXPECT_EQ(registry.Sum("a"), 0u);
}

TEST(MetricsTest, AScopeAddsItsLabels) {
  MetricRegistry registry;
  const MetricScope scope(registry, {{"kind", "input"}, {"id", "tail"}});
  scope.GetCounter("a_total", "help", {{"cause", "x"}}).Add(2);
  scope.GetGauge("b", "help").Set(1);
  scope.GetHistogram("c", "help").Observe(1);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("a_total{cause=\"x\",id=\"tail\",kind=\"input\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("b{id=\"tail\",kind=\"input\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("c_count{id=\"tail\",kind=\"input\"} 1\n"));
}

TEST(MetricsTest, ThreadsCountRegisterAndRenderAtOnce) {
  MetricRegistry registry;
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kEach = 2000;
  auto handle = registry.BeforeRender([&] { registry.GetGauge("g", {}, "").Set(1); });
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&registry, t] {
      Histogram& histogram = registry.GetHistogram("h", {}, "");
      for (uint64_t i = 0; i < kEach; ++i) {
        registry.GetCounter("a_total", {{"n", std::to_string(i % 10)}}, "").Add();
        histogram.Observe(static_cast<double>(t));
        if (i % 200 == 0) {
          EXPECT_FALSE(registry.Render().empty());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.Sum("a_total"), kThreads * kEach);
  EXPECT_EQ(registry.GetHistogram("h", {}, "").count(), kThreads * kEach);
}

TEST(MetricsDeathTest, OneNameIsOneKindAndANameIsAName) {
  MetricRegistry registry;
  registry.GetCounter("a", {}, "");
  EXPECT_DEATH(registry.GetGauge("a", {}, ""), "check failed");
  EXPECT_DEATH(registry.GetGauge("9a", {}, ""), "check failed");
  EXPECT_DEATH(registry.GetGauge("a-b", {}, ""), "check failed");
}

// name{labels} count value, a line for each metric.
std::string ChangesText(MetricRegistry& registry, std::string_view reader) {
  std::string text;
  for (const MetricChange& change : registry.ReadChanges(reader)) {
    text += change.name;
    for (const auto& [name, value] : *change.labels) text.append(" ").append(name + "=" + value);
    text += " " + std::to_string(change.count) + " " + std::to_string(change.value) + "\n";
  }
  return text;
}

TEST(MetricsTest, AReaderGetsWhatHasGrownSinceItAskedBefore) {
  MetricRegistry registry;
  Counter& counter = registry.GetCounter("c_total", {{"id", "a"}}, "");
  registry.GetCounter("c_total", {{"id", "b"}}, "").Add(7);
  Gauge& gauge = registry.GetGauge("g", {}, "");
  Histogram& histogram = registry.GetHistogram("h_seconds", {}, "");
  counter.Add(3);
  gauge.Set(4);
  histogram.Observe(0.5);
  EXPECT_EQ(ChangesText(registry, "x"),
            "c_total id=a 3 0.000000\nc_total id=b 7 0.000000\n"
            "g 0 4.000000\nh_seconds 1 0.500000\n");
  counter.Add(2);
  histogram.Observe(0.25);
  histogram.Observe(0.25);
  EXPECT_EQ(ChangesText(registry, "x"),
            "c_total id=a 2 0.000000\nc_total id=b 0 0.000000\n"
            "g 0 4.000000\nh_seconds 2 0.500000\n");
}

TEST(MetricsTest, ReadersDoNotTakeFromEachOther) {
  MetricRegistry registry;
  registry.GetCounter("c_total", {}, "").Add(3);
  EXPECT_EQ(ChangesText(registry, "x"), "c_total 3 0.000000\n");
  EXPECT_EQ(ChangesText(registry, "y"), "c_total 3 0.000000\n");
  EXPECT_EQ(ChangesText(registry, "x"), "c_total 0 0.000000\n");
}

TEST(MetricsTest, NothingIsToldTwiceOrLeftOutWhileOthersCount) {
  MetricRegistry registry;
  Counter& counter = registry.GetCounter("c_total", {}, "");
  std::thread counting([&] {
    for (int i = 0; i < 100'000; ++i) counter.Add();
  });
  uint64_t told = 0;
  for (int i = 0; i < 1000; ++i) told += registry.ReadChanges("x").at(0).count;
  counting.join();
  told += registry.ReadChanges("x").at(0).count;
  EXPECT_EQ(told, 100'000u);
}

}  // namespace
}  // namespace andon
