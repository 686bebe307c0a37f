#include "outputs/kafka/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/config/config_node.h"
#include "test/support/mock_kafka.h"

namespace andon::kafka_output {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> Probe(const std::string& yaml, int timeout_ms = 10'000) {
  const auto config = Config::FromText(yaml, "test");
  const auto parsed = KafkaOutputConfig::Parse(config->root());
  EXPECT_TRUE(parsed.ok()) << parsed.status().message();
  std::vector<std::string> lines;
  for (const ProbeFinding& one : ProbeCluster("out", "web-1", *parsed, timeout_ms)) {
    const std::string said(one.status.ok() ? "good" : one.status.message());
    lines.push_back(one.what + ": " + said);
  }
  return lines;
}

TEST(KafkaProberTest, NamesTheTopicsAndTheirPartitions) {
  MockKafka kafka;
  kafka.CreateTopic("logs-web-1", 3);
  kafka.CreateTopic("cursors", 1);
  EXPECT_THAT(Probe("{brokers: '" + kafka.brokers() +
                    "', topic: 'logs-${hostname}', cursor: {topic: cursors, check: false}}"),
              ElementsAre(kafka.brokers() + ": address and credentials: good",
                          "topic \"logs-web-1\", 3 partitions: good",
                          "topic \"cursors\" for cursors, 1 partition: good"));
}

TEST(KafkaProberTest, TopicsThatDependOnTheEventAreNotAskedFor) {
  MockKafka kafka;
  EXPECT_THAT(
      Probe("{brokers: '" + kafka.brokers() + "', topic: 'logs.${tag}', exactly_once: false}"),
      ElementsAre(StartsWith(kafka.brokers())));
}

TEST(KafkaProberTest, SaysWhatIsNotAllowed) {
  MockKafka kafka;
  kafka.CreateTopic("logs");
  kafka.SetTopicError("logs", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_THAT(Probe("{brokers: '" + kafka.brokers() + "', topic: logs, exactly_once: false}"),
              ElementsAre(HasSubstr("good"), HasSubstr("not allowed")));
}

TEST(KafkaProberTest, ATopicThatIsMissingIsSaidUnlessItWillBeMade) {
  MockKafka kafka;
  kafka.CreateTopic("logs");
  kafka.SetTopicError("logs", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const std::string start = "{brokers: '" + kafka.brokers() + "', topic: logs, exactly_once: false";
  EXPECT_THAT(Probe(start + "}"), ElementsAre(HasSubstr("good"),
                                              "topic \"logs\": does not exist; create it, or set "
                                              "create_topics"));
  EXPECT_THAT(Probe(start + ", create_topics: {partitions: 1}}"),
              ElementsAre(HasSubstr("good"), "topic \"logs\": will be created: good"));
}

TEST(KafkaProberTest, WhatTheProducerDoesNotTakeIsSaid) {
  EXPECT_THAT(Probe("{brokers: '127.0.0.1:1', topic: logs, rdkafka: {max.in.flight: '10'}}"),
              ElementsAre(HasSubstr("max.in.flight")));
  EXPECT_THAT(Probe("{brokers: '127.0.0.1:1', topic: logs, tls: {ca: /not/there.pem}}"),
              ElementsAre(AllOf(HasSubstr("ssl.ca.location"), HasSubstr("(/not/there.pem)"))));
}

TEST(KafkaProberTest, NobodyAnswers) {
  EXPECT_THAT(Probe("{brokers: '127.0.0.1:1', topic: logs}", 300),
              ElementsAre(AllOf(
                  StartsWith("127.0.0.1:1: address and credentials: no broker answers: "),
                  HasSubstr("Connection refused"), HasSubstr("; see brokers, tls and sasl"))));
}

}  // namespace
}  // namespace andon::kafka_output
