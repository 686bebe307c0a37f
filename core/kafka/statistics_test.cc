#include "core/kafka/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace andon::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct StatisticsTest : ::testing::Test {
  MetricRegistry registry;
  Statistics statistics{MetricScope(registry, {{"id", "k"}})};
};

TEST_F(StatisticsTest, QueuesBrokersAndLagBecomeMetrics) {
  statistics.Take(R"({"name":"x","msg_cnt":7,"tx_bytes":100,"brokers":{
      "b1:9092/1":{"name":"b1:9092/1","txretries":2,"rtt":{"min":1,"avg":2500,"hdrsize":3}},
      "b1:9092/bootstrap":{"txretries":9}},
      "topics":{"logs":{"partitions":{"0":{"consumer_lag":42},"1":{"consumer_lag":-1},
                                      "-1":{"consumer_lag":5}}}}})");
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("andon_kafka_queue_messages{id=\"k\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("andon_kafka_sent_bytes_total{id=\"k\"} 100\n"));
  EXPECT_THAT(text,
              HasSubstr("andon_kafka_broker_retries_total{broker=\"b1:9092/1\",id=\"k\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr("andon_kafka_broker_round_trip_seconds{broker=\"b1:9092/1\",id=\"k\"} 0.0025"));
  EXPECT_THAT(text,
              HasSubstr("andon_kafka_lag_messages{id=\"k\",partition=\"0\",topic=\"logs\"} 42\n"));
  EXPECT_THAT(text, Not(HasSubstr("bootstrap")));
  EXPECT_THAT(text, Not(HasSubstr("partition=\"1\"")));
}

TEST_F(StatisticsTest, CountsGoOnWhenTheClientIsMadeAnew) {
  statistics.Take(R"({"txmsgs":10})");
  statistics.Take(R"({"txmsgs":15})");
  statistics.ForgetClient();
  statistics.Take(R"({"txmsgs":4})");
  EXPECT_EQ(registry.Sum("andon_kafka_sent_messages_total"), 19u);
}

TEST_F(StatisticsTest, AReportThatIsCutOffGivesWhatItHas) {
  statistics.Take(R"({"txmsgs":10,"rxmsgs":)");
  EXPECT_EQ(registry.Sum("andon_kafka_sent_messages_total"), 10u);
}

}  // namespace
}  // namespace andon::kafka
