#include <chrono>

#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;

class DummyTest : public testing::Test {
 protected:
  std::unique_ptr<Input> Started(std::string_view yaml) {
    auto input = MakePlugin<Input>("dummy", yaml);
    EXPECT_THAT(input, IsOk());
    EXPECT_THAT((*input)->Prepare(fixture.input()), IsOk());
    (*input)->Start(fixture.emitter);
    return *std::move(input);
  }
  ContextFixture fixture;
};

TEST_F(DummyTest, MakesItsRateAndNumbersEachEvent) {
  const auto input = Started("{tag: t, rate: 10, sequence: n, record: {message: hi}}");
  fixture.world.Advance(300ms);
  EXPECT_THAT(fixture.emitter.events(), ElementsAre(EventIs("t", R"({"n":1,"message":"hi"})"),
                                                    EventIs("t", R"({"n":2,"message":"hi"})"),
                                                    EventIs("t", R"({"n":3,"message":"hi"})")));
  fixture.world.Advance(10s);
  EXPECT_EQ(fixture.emitter.count(), 103u);
  EXPECT_EQ(fixture.ledger.received(), 103u);
}

TEST_F(DummyTest, KeepsAHighRateWithFewEmits) {
  const auto input = Started("{tag: t, rate: 50000}");
  fixture.world.Advance(1s);
  EXPECT_EQ(fixture.emitter.count(), 50'000u);
  EXPECT_LE(fixture.emitter.emits().size(), 101u);
}

TEST_F(DummyTest, StopsAtItsCount) {
  const auto input = Started("{tag: t, rate: 0, count: 2500}");
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), 2500u);
  EXPECT_EQ(fixture.loop.timers() + fixture.loop.posted(), 0u);
}

TEST_F(DummyTest, GoesOnWithTheNextNumberAfterARestart) {
  {
    const auto first = Started("{tag: t, rate: 10, count: 5, sequence: n, record: {}}");
    fixture.world.Advance(200ms);
  }
  fixture.emitter.Clear();
  const auto second = Started("{tag: t, rate: 10, count: 5, sequence: n, record: {}}");
  fixture.world.Advance(10s);
  EXPECT_THAT(fixture.emitter.records(), ElementsAre(R"({"n":3})", R"({"n":4})", R"({"n":5})"));
}

TEST_F(DummyTest, APauseIsNotCaughtUpWith) {
  const auto input = Started("{tag: t, rate: 10}");
  fixture.world.Advance(1s);
  input->Pause();
  fixture.world.Advance(100s);
  EXPECT_EQ(fixture.emitter.count(), 10u);
  input->Resume();
  fixture.world.Advance(1s);
  EXPECT_EQ(fixture.emitter.count(), 20u);
}

TEST_F(DummyTest, APauseFromInsideEmitIsObeyed) {
  Input* paused = nullptr;
  fixture.emitter.OnEmit([&] { paused->Pause(); });
  auto made = MakePlugin<Input>("dummy", "{tag: t, rate: 0}");
  ASSERT_THAT(made, IsOk());
  paused = made->get();
  ASSERT_THAT(paused->Prepare(fixture.input()), IsOk());
  paused->Start(fixture.emitter);
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.emits().size(), 1u);
}

TEST_F(DummyTest, EmitsNothingAfterStop) {
  const auto input = Started("{tag: t, rate: 10}");
  bool stopped = false;
  input->Stop([&] { stopped = true; });
  fixture.world.Advance(10s);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(fixture.emitter.count(), 0u);
}

TEST_F(DummyTest, OnlyTheFirstWorkerMakesEvents) {
  ContextFixture other(ContextOptions{.id = "d", .worker = 1, .workers = 2});
  auto input = MakePlugin<Input>("dummy", "{tag: t, rate: 0, count: 5}");
  ASSERT_THAT(input, IsOk());
  ASSERT_THAT((*input)->Prepare(other.input()), IsOk());
  (*input)->Start(other.emitter);
  other.world.Advance(1s);
  EXPECT_EQ(other.emitter.count(), 0u);
}

TEST_F(DummyTest, RecordsKeepTheTypesOfTheConfiguration) {
  const auto input = Started(
      "{tag: t, rate: 0, count: 1, "
      "record: {i: -5, u: 18446744073709551615, f: 1.5, b: true, s: \"7\", z: null, "
      "m: {l: [1, x]}}}");
  fixture.world.RunUntilIdle();
  EXPECT_THAT(
      fixture.emitter.events(),
      ElementsAre(RecordIs(R"({"i":-5,"u":18446744073709551615,"f":1.5,"b":true,"s":"7","z":null,)"
                           R"("m":{"l":[1,"x"]}})")));
}

TEST_F(DummyTest, NamesEveryMistake) {
  const auto input = MakePlugin<Input>("dummy", "{rate: -1, record: [x], tga: a}");
  ASSERT_FALSE(input.ok());
  EXPECT_THAT(std::string(input.status().message()), HasSubstr("tag"));
  EXPECT_THAT(std::string(input.status().message()), HasSubstr("must be 0 to 1000000000"));
  EXPECT_THAT(std::string(input.status().message()), HasSubstr("must be a map"));
}

}  // namespace
}  // namespace andon
