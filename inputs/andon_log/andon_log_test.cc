#include <chrono>
#include <thread>
#include <vector>

#include "core/base/log.h"
#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AndonLogTest : public testing::Test {
 protected:
  // A burst that no test's messages reach.
  AndonLogTest() { ConfigureLog({.level = LogLevel::kDebug, .burst_per_message = 100'000}); }
  ~AndonLogTest() override {
    input.reset();
    ConfigureLog({});
  }
  void Run(std::string_view yaml = "") {
    auto made = MakePlugin<Input>("andon_log", yaml);
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(fixture.input()), IsOk());
    input->Start(fixture.emitter);
  }
  uint64_t Dropped(const char* cause) {
    return fixture.metrics.Sum("andon_events_dropped_total", {{"cause", cause}});
  }

  ContextFixture fixture{ContextOptions{.id = "log"}};
  std::unique_ptr<Input> input;
};

TEST_F(AndonLogTest, MakesAnEventOfEachLine) {
  Run();
  LogWarn("forward", "server does not answer", {{"server", "a:24224"}, {"tries", 3}});
  EXPECT_EQ(fixture.emitter.count(), 0u);  // Never inside the call.
  fixture.world.RunUntilIdle();
  EXPECT_THAT(
      fixture.emitter.events(),
      ElementsAre(EventIs("andon.log", R"({"host":"host.example","level":"warn","part":"forward",)"
                                       R"("message":"server does not answer",)"
                                       R"("server":"a:24224","tries":"3"})")));
}

TEST_F(AndonLogTest, LinesThatComeTogetherAreOneEmit) {
  Run();
  for (int i = 0; i < 20; ++i) LogInfo("part", "line");
  fixture.world.RunUntilIdle();
  EXPECT_THAT(fixture.emitter.emits(), SizeIs(1));
  EXPECT_EQ(fixture.emitter.count(), 20u);
}

TEST_F(AndonLogTest, TakesOnlyWhatIsImportantEnough) {
  Run("{level: warn}");
  LogInfo("part", "no");
  LogError("part", "yes");
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 1u);
}

TEST_F(AndonLogTest, WhatIsLoggedWhileItEmitsMakesNoEvent) {
  Run();
  fixture.emitter.OnEmit([] { LogWarn("worker", "could not take a log event"); });
  LogInfo("part", "first");
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 1u);
  EXPECT_EQ(Dropped("recursion"), 1u);
  EXPECT_EQ(fixture.ledger.received(), 2u);
}

TEST_F(AndonLogTest, ALoopThroughAnotherThreadIsBoundedByTheRate) {
  Run("{rate: 5}");
  for (int i = 0; i < 100; ++i) {
    LogWarn("out", "could not deliver");  // As an output does for each event that it gets.
    fixture.world.RunUntilIdle();
  }
  // The lines took less than two seconds, however the seconds fell.
  EXPECT_LE(fixture.emitter.count(), 15u);
  EXPECT_GE(Dropped("rate"), 85u);
}

TEST_F(AndonLogTest, WhatWaitsIsBoundedAndTheRestCounted) {
  Run("{queue: 3, rate: 1000}");
  input->Pause();
  for (int i = 0; i < 10; ++i) LogInfo("part", "line");
  fixture.world.RunUntilIdle();
  EXPECT_THAT(fixture.emitter.events(), IsEmpty());
  input->Resume();
  EXPECT_EQ(fixture.emitter.count(), 3u);
  EXPECT_EQ(Dropped("overflow"), 7u);
  EXPECT_EQ(fixture.ledger.received(), 10u);
}

TEST_F(AndonLogTest, ThreadsMayLogAtOnce) {
  Run("{rate: 100000, queue: 100000}");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) LogDebug("thread", "not taken");
      for (int i = 0; i < 100; ++i) LogInfo("thread", "line");
    });
  }
  for (std::thread& thread : threads) thread.join();
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 400u);
}

TEST_F(AndonLogTest, StopEmitsWhatWaitsAndNothingAfter) {
  Run();
  LogInfo("part", "before");
  bool stopped = false;
  input->Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
  LogInfo("part", "after");
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 1u);
}

TEST_F(AndonLogTest, OtherWorkersLeaveTheLogToTheFirst) {
  ContextFixture other(ContextOptions{.id = "log", .worker = 1, .workers = 2});
  auto second = MakePlugin<Input>("andon_log");
  ASSERT_THAT(second, IsOk());
  Run();
  ASSERT_THAT((*second)->Prepare(other.input()), IsOk());
  (*second)->Start(other.emitter);
  (*second)->Stop([] {});
  LogInfo("part", "line");
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 1u);
  EXPECT_EQ(other.emitter.count(), 0u);
}

}  // namespace
}  // namespace andon
