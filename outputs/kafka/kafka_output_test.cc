#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/metrics/exposition.h"
#include "outputs/kafka/cursor_book.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/mock_kafka.h"
#include "test/support/real_output.h"

namespace andon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Message = MockKafka::Message;

constexpr const char* kCursors = "{topic: cursors, create: false, check: false}";

std::vector<TestEvent> Numbered(int from, int to, std::string_view tag = "log.a") {
  std::vector<TestEvent> events;
  for (int n = from; n <= to; ++n) {
    events.push_back(EventFromJson(tag, "{\"n\":" + std::to_string(n) + "}"));
  }
  return events;
}

std::string NumberText(int n) { return "{\"n\":" + std::to_string(n) + "}"; }

std::vector<std::string> Values(const std::vector<Message>& messages) {
  std::vector<std::string> values;
  for (const Message& message : messages) values.push_back(message.value);
  return values;
}

struct KafkaOutputTest : ::testing::Test {
  KafkaOutputTest() {
    kafka.CreateTopic("logs");
    kafka.CreateTopic("cursors");
  }
  std::string Yaml(const std::string& more = "", const std::string& topic = "logs") const {
    return "{brokers: \"" + kafka.brokers() + "\", topic: '" + topic + "', cursor: " + kCursors +
           (more.empty() ? "" : ", " + more) + "}";
  }
  std::string AtLeastOnce(const std::string& more = "", const std::string& topic = "logs") const {
    return Yaml("exactly_once: false" + (more.empty() ? "" : ", " + more), topic);
  }
  // What the cursor topic says of `lane`.
  RunSet Cursor(const LaneId& lane) const {
    kafka_output::CursorBook book("andon-0a0a0a0a-0000-4000-8000-000000000001-out");
    for (const Message& message : kafka.Read("cursors")) {
      EXPECT_TRUE(book.Take(message.key, AsBytes(message.value)));
    }
    const auto found = book.lanes().find(lane);
    return found == book.lanes().end() ? RunSet() : found->second;
  }
  MockKafka kafka;
};

TEST_F(KafkaOutputTest, AChunkIsDoneWhenItsMessagesAndTheCursorAreInKafka) {
  RealOutput rig("kafka", Yaml());
  const Chunk chunk = MakeChunk(Numbered(1, 3));
  const WriteResult result = rig.Write(chunk);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, IsEmpty());
  EXPECT_THAT(Values(kafka.Read("logs")), ElementsAre(NumberText(1), NumberText(2), NumberText(3)));
  EXPECT_TRUE(Cursor(chunk.lane()).ContainsAll({1, 3}));
  EXPECT_THAT(result.note, HasSubstr("kafka 1 1 cursors "));
}

TEST_F(KafkaOutputTest, WhatIsInKafkaAlreadyIsNotWrittenAgain) {
  {
    RealOutput first("kafka", Yaml());
    EXPECT_THAT(first.Write(MakeChunk(Numbered(1, 3))).status, IsOk());
  }
  // The journal's cursor was lost, so more comes again, in other bounds.
  RealOutput second("kafka", Yaml());
  EXPECT_THAT(second.Write(MakeChunk(Numbered(1, 5))).status, IsOk());
  EXPECT_THAT(Values(kafka.Read("logs")), ElementsAre(NumberText(1), NumberText(2), NumberText(3),
                                                      NumberText(4), NumberText(5)));
  EXPECT_THAT(second.Write(MakeChunk(Numbered(1, 5))).status, IsOk());
  EXPECT_THAT(kafka.Read("logs"), SizeIs(5));
}

// A chunk for each number, all begun before the first is done.
void WriteTogether(RealOutput& rig, int first, int last) {
  std::vector<size_t> begun;
  for (int n = first; n <= last; ++n) {
    ChunkSpec spec;
    spec.first = static_cast<Sequence>(n);
    begun.push_back(rig.Begin(MakeChunk(Numbered(n, n), spec)));
  }
  for (const size_t one : begun) EXPECT_THAT(rig.Await(one).status, IsOk());
}

TEST_F(KafkaOutputTest, ChunksThatComeTogetherShareATransaction) {
  RealOutput rig("kafka", Yaml());
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 1))).status, IsOk());
  WriteTogether(rig, 2, 9);
  EXPECT_THAT(rig.note, HasSubstr("kafka 1 2 "));
  EXPECT_THAT(kafka.Read("logs"), SizeIs(9));
}

TEST_F(KafkaOutputTest, AFinishedLaneLeavesTheCursorTopic) {
  RealOutput rig("kafka", Yaml());
  const Chunk chunk = MakeChunk(Numbered(1, 2));
  EXPECT_THAT(rig.Write(chunk).status, IsOk());
  rig.output().LaneClosed(chunk.lane());
  ChunkSpec other;
  other.lane = {7, 7};
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(3, 3), other)).status, IsOk());
  const auto messages = kafka.Read("cursors");
  const std::string key = kafka_output::CursorBook::LaneKey(
      "andon-0a0a0a0a-0000-4000-8000-000000000001-out", chunk.lane());
  const auto last = std::find_if(messages.rbegin(), messages.rend(),
                                 [&](const Message& message) { return message.key == key; });
  ASSERT_NE(last, messages.rend());
  EXPECT_EQ(last->value, "");
}

TEST_F(KafkaOutputTest, ACursorThatKafkaHasLostStopsTheOutput) {
  RealOutput::Place place;
  {
    RealOutput first("kafka", Yaml());
    EXPECT_THAT(first.Write(MakeChunk(Numbered(1, 3))).status, IsOk());
    place.note = first.note;
  }
  place.note.replace(0, 9, "kafka 1 9");
  RealOutput second("kafka", Yaml(), place);
  const WriteResult result = second.Write(MakeChunk(Numbered(1, 3)));
  EXPECT_EQ(result.status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status.message()),
              AllOf(HasSubstr("knows 1 transactions"), HasSubstr("at least 9")));
  RealOutput third("kafka",
                   "{brokers: \"" + kafka.brokers() +
                       "\", topic: logs, cursor: {topic: cursors, create: false, check: false, "
                       "when_lost: go_on}}",
                   place);
  EXPECT_THAT(third.Write(MakeChunk(Numbered(1, 3))).status, IsOk());
}

TEST_F(KafkaOutputTest, AFencingThatWasOnlyATimeOutIsSurvived) {
  RealOutput rig("kafka", Yaml());
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 2))).status, IsOk());
  kafka.Fail(MockKafka::kEndTransaction, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH});
  const Chunk chunk = MakeChunk(Numbered(3, 4), {.lane = {1, 1}, .first = 3});
  EXPECT_THAT(rig.Deliver(chunk).status, IsOk());
  EXPECT_TRUE(Cursor(chunk.lane()).ContainsAll({1, 4}));
}

TEST_F(KafkaOutputTest, ASecondInstanceStopsTheFirst) {
  RealOutput first("kafka", Yaml());
  EXPECT_THAT(first.Write(MakeChunk(Numbered(1, 2))).status, IsOk());
  RealOutput second("kafka", Yaml());
  EXPECT_THAT(second.Write(MakeChunk(Numbered(1, 2))).status, IsOk());
  kafka.Fail(MockKafka::kEndTransaction, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
  const Chunk chunk = MakeChunk(Numbered(3, 4), {.lane = {1, 1}, .first = 3});
  EXPECT_EQ(first.Write(chunk).status.code(), StatusCode::kUnavailable);
  const WriteResult result = first.Write(chunk);
  EXPECT_EQ(result.status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("another andond"));
  EXPECT_THAT(second.Write(chunk).status, IsOk());
}

TEST_F(KafkaOutputTest, TopicKeyPartitionHeadersAndTimeComeFromTheEvent) {
  kafka.CreateTopic("logs.web", 4);
  RealOutput rig("kafka", AtLeastOnce("key: '${record[\"user\"]}', partition: '${record[\"p\"]}', "
                                      "headers: {id: '${event_id}', from: '${hostname} ${tag}'}",
                                      "logs.${tag_parts[1]}"));
  const Chunk chunk =
      MakeChunk({EventFromJson("log.web", R"({"p":3,"user":"u1"})", {1'700'000'000, 123'456'789})});
  EXPECT_THAT(rig.Write(chunk).status, IsOk());
  const auto messages = kafka.Read("logs.web", 4);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].partition, 3);
  EXPECT_EQ(messages[0].key, "u1");
  EXPECT_EQ(messages[0].value, R"({"p":3,"user":"u1"})");
  EXPECT_EQ(messages[0].timestamp_ms, 1'700'000'000'123);
  EXPECT_THAT(messages[0].headers, UnorderedElementsAre(Pair("id", ToString(chunk.lane()) + ":1"),
                                                        Pair("from", "host.example log.web")));
}

TEST_F(KafkaOutputTest, WhatHasNoPlaceInKafkaIsRejectedAndTheRestArrives) {
  RealOutput rig("kafka", AtLeastOnce("partition: '${record[\"p\"]}'", "${record[\"t\"]}"));
  const WriteResult result = rig.Write(MakeChunk({
      EventFromJson("a", R"({"t":"logs","p":0})"),
      EventFromJson("a", R"({"p":0})"),
      EventFromJson("a", R"({"t":"no/topic","p":0})"),
      EventFromJson("a", R"({"t":"logs","p":"x"})"),
      EventFromJson("a", R"({"t":"logs","p":99})"),
      EventFromJson("a", R"({"t":"logs","p":0})"),
  }));
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.rejected,
              ElementsAre(Field(&Rejection::reason, HasSubstr("has no value")),
                          Field(&Rejection::reason, HasSubstr("other characters")),
                          Field(&Rejection::reason, HasSubstr("no number")),
                          Field(&Rejection::reason, HasSubstr("no partition 99"))));
  EXPECT_THAT(kafka.Read("logs"), SizeIs(2));
}

TEST_F(KafkaOutputTest, AMessageOverTheClientsLimitIsRejectedWithTheLimit) {
  for (const std::string& yaml : {Yaml("rdkafka: {message.max.bytes: 2000}"),
                                  AtLeastOnce("rdkafka: {message.max.bytes: 2000}")}) {
    RealOutput rig("kafka", yaml);
    const WriteResult result =
        rig.Write(MakeChunk({EventFromJson("a", R"({"n":1})"),
                             EventFromJson("a", "{\"m\":\"" + std::string(3000, 'x') + "\"}"),
                             EventFromJson("a", R"({"n":2})")},
                            {.lane = {3, yaml.size()}}));
    EXPECT_THAT(result.status, IsOk());
    ASSERT_THAT(result.rejected, SizeIs(1));
    EXPECT_EQ(result.rejected[0].event, 2u);
    EXPECT_THAT(result.rejected[0].reason, HasSubstr("exceeds message.max.bytes (2000)"));
  }
  EXPECT_THAT(kafka.Read("logs"), SizeIs(4));
}

TEST_F(KafkaOutputTest, ErrorsThatPassAreRetriedByTheClient) {
  RealOutput rig("kafka", Yaml());
  kafka.Fail(MockKafka::kProduce,
             {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
              RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  EXPECT_THAT(rig.Deliver(MakeChunk(Numbered(1, 3))).status, IsOk());
}

// Which message a broker minds it does not say: they go one by one then.
TEST_F(KafkaOutputTest, ABatchThatIsRefusedIsTakenApart) {
  for (const auto error :
       {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_RECORD}) {
    RealOutput rig("kafka", AtLeastOnce());
    // The batch, then the second message on its own.
    kafka.Fail(MockKafka::kProduce, {error});
    const Chunk chunk = MakeChunk(Numbered(1, 3), {.lane = {5, static_cast<uint64_t>(error)}});
    const WriteResult first = rig.Write(chunk);
    EXPECT_THAT(first.rejected, IsEmpty());
    EXPECT_EQ(first.status.code(), StatusCode::kUnavailable);
    kafka.Fail(MockKafka::kProduce,
               {RD_KAFKA_RESP_ERR_NO_ERROR, error, RD_KAFKA_RESP_ERR_NO_ERROR});
    const WriteResult second = rig.Write(chunk);
    EXPECT_THAT(second.status, IsOk());
    ASSERT_THAT(second.rejected, SizeIs(1));
    EXPECT_THAT(second.rejected[0].reason, HasSubstr("kafka: topic \"logs\""));
  }
  EXPECT_THAT(kafka.Read("logs"), SizeIs(4));
}

TEST_F(KafkaOutputTest, MissingRightsAreNamed) {
  kafka.SetTopicError("logs", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  RealOutput rig("kafka", AtLeastOnce());
  const WriteResult result = rig.Write(MakeChunk(Numbered(1, 3)));
  EXPECT_EQ(result.status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status.message()),
              AllOf(HasSubstr("topic \"logs\""), HasSubstr("grant WRITE and DESCRIBE")));
  kafka.SetTopicError("logs", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_THAT(rig.Deliver(MakeChunk(Numbered(1, 3)), 100).status, IsOk());
}

TEST_F(KafkaOutputTest, AMissingTopicHoldsBackItsOwnEventsOnly) {
  kafka.CreateTopic("gone");
  kafka.SetTopicError("gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  RealOutput rig("kafka", Yaml("", "${tag}"));
  const Chunk chunk =
      MakeChunk({EventFromJson("logs", NumberText(1)), EventFromJson("gone", NumberText(2)),
                 EventFromJson("logs", NumberText(3))});
  const WriteResult result = rig.Write(chunk);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, ElementsAre(Range{2, 2}));
  EXPECT_THAT(Values(kafka.Read("logs")), ElementsAre(NumberText(1), NumberText(3)));
  EXPECT_FALSE(Cursor(chunk.lane()).Contains(2));
  kafka.SetTopicError("gone", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_THAT(rig.Deliver(chunk.Only(result.again), 100).status, IsOk());
  EXPECT_THAT(Values(kafka.Read("gone")), ElementsAre(NumberText(2)));
}

// The output would be closed for a while, and again and again, to those that have their topic.
TEST_F(KafkaOutputTest, AChunkOfAMissingTopicAloneIsNoTroubleOfTheOutputThatHasOthers) {
  kafka.CreateTopic("gone");
  kafka.SetTopicError("gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const Chunk chunk = MakeChunk(Numbered(1, 2, "gone"));
  RealOutput templated("kafka", Yaml("", "${tag}"));
  const WriteResult result = templated.Write(chunk);
  EXPECT_THAT(result.status, IsOk());
  EXPECT_THAT(result.again, ElementsAre(Range{1, 2}));
  RealOutput constant("kafka", Yaml("", "gone"));
  EXPECT_EQ(constant.Write(chunk).status.code(), StatusCode::kUnavailable);
}

TEST_F(KafkaOutputTest, NothingIsLostWhenMessagesTimeOut) {
  RealOutput rig("kafka", AtLeastOnce("rdkafka: {message.timeout.ms: 300, retry.backoff.ms: 20}"));
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 1))).status, IsOk());
  kafka.SetDown(true);
  const Chunk chunk = MakeChunk(Numbered(2, 3), {.lane = {1, 1}, .first = 2});
  const WriteResult result = rig.Write(chunk);
  EXPECT_EQ(result.status.code(), StatusCode::kUnavailable);
  kafka.SetDown(false);
  EXPECT_THAT(rig.Deliver(chunk, 100).status, IsOk());
  EXPECT_THAT(Values(kafka.Read("logs")), ElementsAre(NumberText(1), NumberText(2), NumberText(3)));
}

TEST_F(KafkaOutputTest, AFullQueueHoldsTheRestBackWithoutLosingAny) {
  RealOutput rig("kafka", AtLeastOnce("rdkafka: {queue.buffering.max.messages: 10}"));
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 500))).status, IsOk());
  EXPECT_THAT(kafka.Read("logs"), SizeIs(500));
}

// The cursor has to wait for room too.
TEST_F(KafkaOutputTest, AQueueThatIsFullBetweenTwoChunksDelaysTheCommitOnly) {
  RealOutput rig("kafka", Yaml("rdkafka: {queue.buffering.max.messages: 5}"));
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 1))).status, IsOk());
  WriteTogether(rig, 2, 9);
  EXPECT_THAT(kafka.Read("logs"), SizeIs(9));
  EXPECT_THAT(rig.note, HasSubstr("kafka 1 2 "));  // All in one transaction.
}

TEST_F(KafkaOutputTest, ClosingGivesUpAtOnceWhileNobodyAnswers) {
  RealOutput rig("kafka", "{brokers: \"127.0.0.1:1\", topic: logs}");
  const size_t chunk = rig.Begin(MakeChunk(Numbered(1, 1)));
  const auto begun = std::chrono::steady_clock::now();
  rig.output().Closing();
  EXPECT_EQ(rig.Await(chunk).status.code(), StatusCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST_F(KafkaOutputTest, StopAnswersWhatIsUnderWay) {
  kafka.SetDown(true);
  for (const std::string& yaml : {Yaml(), AtLeastOnce()}) {
    RealOutput rig("kafka", yaml);
    const size_t begun = rig.Begin(MakeChunk(Numbered(1, 2)));
    rig.Stop();
    EXPECT_EQ(rig.Await(begun).status.code(), StatusCode::kUnavailable);
  }
}

TEST_F(KafkaOutputTest, ASessionThatEndsGivesItsChunksBack) {
  RealOutput rig("kafka", AtLeastOnce());
  EXPECT_THAT(rig.Write(MakeChunk(Numbered(1, 1))).status, IsOk());
  // Fatal for an idempotent producer.
  kafka.Fail(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  const Chunk chunk = MakeChunk(Numbered(2, 3), {.lane = {1, 1}, .first = 2});
  EXPECT_THAT(rig.Deliver(chunk, 100).status, IsOk());
}

TEST(KafkaOutputConfigTest, MistakesAreNamed) {
  const auto problem = [](const std::string& yaml) {
    return std::string(MakeFactory<Output>("kafka", yaml).status().message());
  };
  EXPECT_THAT(problem("{topic: t}"), HasSubstr("brokers"));
  EXPECT_THAT(problem("{brokers: b, topic: '${record[1}'}"), HasSubstr("topic"));
  EXPECT_THAT(problem("{brokers: b, topic: t, rdkafka: {no.such: 1}}"),
              HasSubstr("librdkafka does not take \"no.such\""));
  EXPECT_THAT(problem("{brokers: b, topic: t, rdkafka: {transactional.id: x}}"),
              HasSubstr("use exactly_once"));
  EXPECT_THAT(problem("{brokers: b, topic: t, acks: leader}"), HasSubstr("must be all"));
  EXPECT_THAT(problem("{brokers: b, topic: t, sasl: {mechanism: PLAIN}}"), HasSubstr("user"));
  EXPECT_THAT(problem("{brokers: b, topic: t, tls: {certificate: x}}"),
              HasSubstr("belong together"));
  EXPECT_EQ(
      problem("{brokers: [b1, b2], topic: t, exactly_once: false, acks: leader, "
              "tls: {verify: false}, sasl: {mechanism: SCRAM-SHA-256, user: u, password: p}}"),
      "");
}

}  // namespace
}  // namespace andon
