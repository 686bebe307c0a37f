#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/loop/uv_loop.h"
#include "core/plugin/input.h"
#include "inputs/kafka/offset_position.h"
#include "test/support/collecting_emitter.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/memory_positions.h"
#include "test/support/mock_kafka.h"
#include "test/support/switch_network.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// An input on a real loop: librdkafka has threads of its own.
class RealInput {
 public:
  RealInput(const std::string& yaml, MemoryPositions& positions)
      : emitter(&positions),
        scope_(metrics, {{"kind", "input"}, {"id", "in"}}),
        ledger_(scope_),
        context_{{"in", "host.example", "", *loop_, network_, RealFileSystem(), SystemRandom(),
                  scope_, ledger_},
                 0,
                 1,
                 positions} {
    auto made = MakePlugin<Input>("kafka", yaml);
    EXPECT_TRUE(made.ok()) << made.status().message();
    input = *std::move(made);
    EXPECT_THAT(input->Prepare(context_), IsOk());
    input->Start(emitter);
  }
  ~RealInput() {
    emitter.AnswerAll();
    bool done = false;
    input->Stop([&] { done = true; });
    EXPECT_TRUE(RunUntil([&] { return done; }));
  }
  RealInput(const RealInput&) = delete;
  RealInput& operator=(const RealInput&) = delete;

  bool RunUntil(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < deadline) RunFor(1);
    return done();
  }
  void RunFor(int milliseconds) {
    auto end = loop_->After(std::chrono::milliseconds(milliseconds), [this] { loop_->Quit(); });
    loop_->Run();
  }
  bool Comes(size_t events) {
    return RunUntil([&] { return emitter.count() >= events; });
  }
  std::vector<TestEvent> Events() const { return emitter.events(); }

  MetricRegistry metrics;
  CollectingEmitter emitter;
  std::unique_ptr<Input> input;

 private:
  std::unique_ptr<RunnableLoop> loop_ = MakeUvLoop();
  SwitchNetwork network_;
  MetricScope scope_;
  PartLedger ledger_;
  InputContext context_;
};

struct KafkaInputTest : ::testing::Test {
  KafkaInputTest() { kafka.CreateTopic("logs", 2); }
  std::string Yaml(const std::string& more = "") const {
    return "{brokers: \"" + kafka.brokers() + "\", topics: logs" +
           (more.empty() ? "" : ", " + more) + "}";
  }
  MockKafka kafka;
  MemoryPositions positions;
};

TEST_F(KafkaInputTest, MessagesBecomeEventsWithTheirTimeAndPlace) {
  kafka.Write("logs", {R"({"n":1})"}, 1);
  RealInput rig(Yaml("tag: 'log.${topic}', fields: {topic: t, partition: p, offset: o, key: k}"),
                positions);
  ASSERT_TRUE(rig.Comes(1));
  EXPECT_THAT(rig.Events(),
              ElementsAre(EventFromJson("log.logs", R"({"n":1,"t":"logs","p":1,"o":0,"k":"k"})",
                                        {1'700'000'000, 123'000'000})));
}

TEST_F(KafkaInputTest, TheJournalSaysWhereToGoOn) {
  kafka.Write("logs", {R"({"n":1})", R"({"n":2})"});
  {
    RealInput first(Yaml(), positions);
    ASSERT_TRUE(first.Comes(2));
  }
  EXPECT_THAT(*positions.Find(kafka_input::OffsetSource("in", "logs", 0)), StartsWith("2 "));
  kafka.Write("logs", {R"({"n":3})"});
  RealInput second(Yaml(), positions);
  ASSERT_TRUE(second.Comes(1));
  EXPECT_THAT(second.Events(), SizeIs(1));
  EXPECT_EQ(second.Events()[0].record, R"({"n":3})");
}

TEST_F(KafkaInputTest, TheLatestIsStoredAtOnceSoThatARestartDoesNotChooseAgain) {
  kafka.Write("logs", {R"({"n":1})"});
  const std::string source = kafka_input::OffsetSource("in", "logs", 0);
  {
    RealInput first(Yaml("start: latest"), positions);
    ASSERT_TRUE(first.RunUntil([&] { return positions.Find(source).has_value(); }));
  }
  EXPECT_THAT(*positions.Find(source), StartsWith("1 "));
  kafka.Write("logs", {R"({"n":2})"});
  RealInput second(Yaml("start: latest"), positions);
  ASSERT_TRUE(second.Comes(1));
  EXPECT_EQ(second.Events()[0].record, R"({"n":2})");
}

TEST_F(KafkaInputTest, APartitionThatWasMadeLaterIsReadFromItsBeginning) {
  const std::string source = kafka_input::OffsetSource("in", "logs", 0);
  {
    RealInput first(Yaml("start: latest"), positions);
    ASSERT_TRUE(first.RunUntil([&] { return positions.Find(source).has_value(); }));
  }
  MemoryPositions of_one;
  of_one.Set(source, *positions.Find(source));
  kafka.Write("logs", {R"({"n":1})"}, 1);
  RealInput second(Yaml("start: latest"), of_one);
  ASSERT_TRUE(second.Comes(1));
  EXPECT_EQ(second.Events()[0].record, R"({"n":1})");
}

TEST_F(KafkaInputTest, TheLatestIsAskedForAgainWhenNobodyTellsIt) {
  kafka.Write("logs", {R"({"n":1})"});
  const std::string source = kafka_input::OffsetSource("in", "logs", 0);
  kafka.Fail(MockKafka::kListOffsets, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  RealInput rig(Yaml("start: latest"), positions);
  ASSERT_TRUE(rig.RunUntil([&] { return positions.Find(source).has_value(); }));
  EXPECT_THAT(*positions.Find(source), StartsWith("1 "));
}

TEST_F(KafkaInputTest, WhatCannotBeParsedIsAnErrorEvent) {
  kafka.Write("logs", {"no JSON", R"({"n":1})"});
  RealInput rig(Yaml(), positions);
  ASSERT_TRUE(rig.Comes(2));
  EXPECT_EQ(rig.Events()[0].tag, "kafka.logs");
  EXPECT_EQ(rig.Events()[1].tag, "andon.error.in.kafka.logs");
  EXPECT_THAT(rig.Events()[1].record, HasSubstr("no JSON"));
}

TEST_F(KafkaInputTest, NothingIsReadWhilePaused) {
  RealInput rig(Yaml(), positions);
  kafka.Write("logs", {R"({"n":1})"});
  ASSERT_TRUE(rig.Comes(1));
  rig.input->Pause();
  kafka.Write("logs", {R"({"n":2})"});
  rig.RunFor(300);
  EXPECT_EQ(rig.emitter.count(), 1u);
  rig.input->Resume();
  EXPECT_TRUE(rig.Comes(2));
}

TEST_F(KafkaInputTest, AGroupIsReadWithoutPositions) {
  kafka.Write("logs", {R"({"n":1})"});
  RealInput rig(Yaml("group: readers"), positions);
  ASSERT_TRUE(rig.Comes(1));
  EXPECT_EQ(positions.size(), 0u);
}

TEST(OffsetPositionTest, WhatIsEncodedIsReadBack) {
  const auto stored = kafka_input::DecodeOffset(kafka_input::EncodeOffset(42, "c 1"));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->next, 42);
  EXPECT_EQ(stored->cluster, "c 1");
  for (const char* text : {"", "x", "1", "-1 c", "1x c"}) {
    EXPECT_FALSE(kafka_input::DecodeOffset(text).has_value()) << text;
  }
}

TEST(KafkaInputConfigTest, MistakesAreNamed) {
  const auto problem = [](const std::string& yaml) {
    return std::string(MakeFactory<Input>("kafka", yaml).status().message());
  };
  EXPECT_THAT(problem("{brokers: b}"), HasSubstr("topics"));
  EXPECT_THAT(problem("{brokers: b, topics: '^a'}"), HasSubstr("patterns need a group"));
  EXPECT_THAT(problem("{brokers: b, topics: a, rdkafka: {group.id: x}}"), HasSubstr("use group"));
  EXPECT_EQ(problem("{brokers: b, topics: ['^a'], group: g, parse: none}"), "");
}

}  // namespace
}  // namespace andon
