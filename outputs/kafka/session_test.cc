#include "outputs/kafka/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "test/support/matchers.h"
#include "test/support/mock_kafka.h"

namespace andon::kafka_output {
namespace {

constexpr const char* kId = "andon-a";

struct KafkaSessionTest : ::testing::Test {
  SessionPlan Plan(const std::string& claim, bool claimed_before) const {
    return {.id = "out",
            .properties = {{"bootstrap.servers", kafka.brokers()}},
            .transactional_id = kId,
            .cursor = {.topic = "cursors", .create = false, .check = false},
            .claim = claim,
            .claimed_before = claimed_before};
  }
  MockKafka kafka;
};

// What is lost with it is for the count of transactions to tell.
TEST_F(KafkaSessionTest, ACursorTopicThatWasMadeAnewIsNobodysClaim) {
  kafka.CreateTopic("cursors");
  const auto session = OpenSession(Plan("we", true));
  ASSERT_THAT(session, IsOk());
  EXPECT_FALSE(session->taken_over);
}

TEST_F(KafkaSessionTest, AClaimFromBeforeTheCursorTopicGotMorePartitionsIsAnOldOne) {
  kafka.CreateTopic("cursors", 4);
  const int32_t home = CursorBook::PartitionOf(kId, 4);
  const int32_t former = home == 3 ? 2 : 3;
  kafka.Write("cursors", {"others"}, former, CursorBook::ClaimKey(kId));
  for (const bool claimed_before : {false, true}) {
    const auto session = OpenSession(Plan("we", claimed_before));
    ASSERT_THAT(session, IsOk());
    EXPECT_FALSE(session->taken_over);
  }
}

TEST_F(KafkaSessionTest, OurClaimIsOursWhenTheCursorTopicHasGotMorePartitions) {
  kafka.CreateTopic("cursors", 4);
  const int32_t home = CursorBook::PartitionOf(kId, 4);
  kafka.Write("cursors", {"others", "we"}, (home + 1) % 4, CursorBook::ClaimKey(kId));
  const auto ours = OpenSession(Plan("we", true));
  ASSERT_THAT(ours, IsOk());
  EXPECT_FALSE(ours->taken_over);
  const auto late = OpenSession(Plan("late", true));
  ASSERT_THAT(late, IsOk());
  EXPECT_TRUE(late->taken_over);
  EXPECT_EQ(late->book.claim(), "we");
}

}  // namespace
}  // namespace andon::kafka_output
