#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Labels kTail = {{"kind", "input"}, {"id", "tail"}};
const Labels kTailKernel = {{"kind", "input"}, {"id", "tail"}, {"cause", "kernel"}};

class AndonMetricsTest : public testing::Test {
 protected:
  void Run(std::string_view yaml = "{interval: 10s}") {
    auto made = MakePlugin<Input>("andon_metrics", yaml);
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(fixture.input()), IsOk());
    input->Start(fixture.emitter);
  }
  // The records about the part tail; those about the input itself are left out.
  std::vector<std::string> OfTail() {
    std::vector<std::string> records;
    for (const std::string& record : fixture.emitter.records()) {
      if (record.find(R"("id":"tail")") != std::string::npos) records.push_back(record);
    }
    return records;
  }

  ContextFixture fixture{ContextOptions{.id = "self"}};
  Counter& received = fixture.metrics.GetCounter("andon_events_received_total", kTail, "");
  std::unique_ptr<Input> input;
};

TEST_F(AndonMetricsTest, TellsWhatPartsHaveCountedSinceItToldBefore) {
  received.Add(5);
  Run();
  EXPECT_THAT(fixture.emitter.events(), IsEmpty());
  fixture.world.Advance(10s);
  received.Add(2);
  fixture.world.Advance(10s);
  EXPECT_THAT(
      OfTail(),
      ElementsAre(NormalJson(R"({"host":"host.example","andon":{"kind":"input","id":"tail",)"
                             R"("interval_seconds":10.0,"events_received":5}})"),
                  NormalJson(R"({"host":"host.example","andon":{"kind":"input","id":"tail",)"
                             R"("interval_seconds":10.0,"events_received":2}})")));
  EXPECT_EQ(fixture.emitter.events().front().tag, "andon.metrics");
}

TEST_F(AndonMetricsTest, OneEmitForAllParts) {
  Run();
  fixture.world.Advance(10s);
  EXPECT_THAT(fixture.emitter.emits(), SizeIs(1));
  EXPECT_EQ(fixture.emitter.count(), 2u);  // tail and the input itself.
  EXPECT_EQ(fixture.ledger.received(), 2u);
}

TEST_F(AndonMetricsTest, ADropsCauseIsAnEventWhenSomethingWasDropped) {
  Counter& kernel = fixture.metrics.GetCounter("andon_events_dropped_total", kTailKernel, "");
  Run();
  fixture.world.Advance(10s);
  EXPECT_THAT(OfTail(), SizeIs(1));
  kernel.Add(3);
  fixture.world.Advance(10s);
  EXPECT_THAT(OfTail(), SizeIs(3));
  EXPECT_EQ(OfTail().back(),
            NormalJson(R"({"host":"host.example","andon":{"kind":"input","id":"tail",)"
                       R"("cause":"kernel","interval_seconds":10.0,"events_dropped":3}})"));
}

TEST_F(AndonMetricsTest, GaugesAreWhatTheyAreAndHistogramsCountAndSum) {
  fixture.metrics.GetGauge("andon_events_held", kTail, "").Set(12);
  fixture.metrics.GetGauge("andon_lag_seconds", kTail, "").Set(2);
  fixture.metrics.GetGauge("andon_share", kTail, "").Set(0.5);
  fixture.metrics.GetGauge("andon_nothing", kTail, "").Set(std::numeric_limits<double>::infinity());
  fixture.metrics.GetHistogram("andon_write_seconds", kTail, "").Observe(0.25);
  Run();
  fixture.world.Advance(10s);
  EXPECT_THAT(OfTail(), ElementsAre(NormalJson(
                            R"({"host":"host.example","andon":{"kind":"input","id":"tail",)"
                            R"("interval_seconds":10.0,"events_held":12,"events_received":0,)"
                            R"("lag_seconds":2.0,"share":0.5,)"
                            R"("write_seconds_count":1,"write_seconds_sum":0.25}})")));
}

TEST_F(AndonMetricsTest, MetricsWithoutAnIdBelongToTheirKindAndWithoutAKindToAndond) {
  fixture.metrics.GetGauge("andon_journal_full", {{"kind", "journal"}}, "").Set(1);
  fixture.metrics.GetGauge("andon_threads", {}, "").Set(3);
  Run();
  fixture.world.Advance(10s);
  const std::vector<std::string> records = fixture.emitter.records();
  EXPECT_EQ(records.front(), NormalJson(R"({"host":"host.example","andon":{"kind":"andond",)"
                                        R"("id":"andond","interval_seconds":10.0,"threads":3}})"));
  EXPECT_EQ(records.back(),
            NormalJson(R"({"host":"host.example","andon":{"kind":"journal",)"
                       R"("id":"journal","interval_seconds":10.0,"journal_full":1}})"));
}

TEST_F(AndonMetricsTest, WhatIsCountedInAPauseIsToldAfterIt) {
  Run();
  input->Pause();
  received.Add(4);
  fixture.world.Advance(25s);
  EXPECT_THAT(fixture.emitter.events(), IsEmpty());
  input->Resume();
  fixture.world.Advance(5s);
  EXPECT_THAT(OfTail(), ElementsAre(HasSubstr(R"("interval_seconds":30.0,"events_received":4)")));
}

TEST_F(AndonMetricsTest, TheLastCountsAreToldAtTheEndAndASuccessorGoesOnAfterThem) {
  Run();
  received.Add(1);
  bool stopped = false;
  input->Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
  EXPECT_THAT(OfTail(), ElementsAre(HasSubstr(R"("events_received":1)")));
  fixture.world.Advance(60s);
  EXPECT_THAT(fixture.emitter.emits(), SizeIs(1));
  received.Add(2);
  Run();
  fixture.world.Advance(10s);
  EXPECT_THAT(OfTail().back(), HasSubstr(R"("events_received":2)"));
}

TEST_F(AndonMetricsTest, ItsOwnEventsDoNotMakeMore) {
  Run();
  for (int i = 0; i < 50; ++i) fixture.world.Advance(10s);
  EXPECT_EQ(fixture.emitter.count(), 100u);
}

TEST_F(AndonMetricsTest, OtherWorkersLeaveItToTheFirst) {
  ContextFixture other(ContextOptions{.id = "self", .worker = 1, .workers = 2});
  auto second = MakePlugin<Input>("andon_metrics");
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT((*second)->Prepare(other.input()), IsOk());
  (*second)->Start(other.emitter);
  other.world.Advance(60s);
  (*second)->Stop([] {});
  EXPECT_EQ(other.emitter.count(), 0u);
}

TEST_F(AndonMetricsTest, SaysWhatIsWrongInItsConfiguration) {
  EXPECT_THAT(MakePlugin<Input>("andon_metrics", "{interval: 50ms}"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("must be 100ms or more")));
}

}  // namespace
}  // namespace andon
