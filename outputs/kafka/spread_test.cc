#include "outputs/kafka/spread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace andon::kafka_output {
namespace {

using ::testing::ElementsAre;

constexpr size_t kMessage = 100;

// Hands messages over until no partition takes one, at most `count`.
std::vector<int32_t> HandOver(Spread& spread, const Spread::Round& round, int count) {
  std::vector<int32_t> taken;
  for (int i = 0; i < count; ++i) {
    const int32_t partition = spread.Choose(round, kMessage);
    if (partition == Spread::kNone) break;
    spread.Taken(partition, kMessage);
    taken.push_back(partition);
  }
  return taken;
}

struct SpreadTest : ::testing::Test {
  SpreadTest() { spread.SetPartitions(3); }
  Spread spread;
};

TEST_F(SpreadTest, FillsOneBatchAfterTheOtherAndThenWaitsForReports) {
  const Spread::Round round{.number = 1, .batch_bytes = 2 * kMessage};
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(1, 1, 2, 2, 0, 0));
  spread.Reported(2);
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre());
  spread.Reported(2);
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(2, 2));
}

TEST_F(SpreadTest, ALaterRoundAddsNothingToABatchThatIsUnderWay) {
  EXPECT_THAT(HandOver(spread, {.number = 1, .batch_bytes = 5 * kMessage}, 1), ElementsAre(1));
  EXPECT_THAT(HandOver(spread, {.number = 2, .batch_bytes = 5 * kMessage}, 1), ElementsAre(2));
  EXPECT_THAT(HandOver(spread, {.number = 3, .batch_bytes = 5 * kMessage}, 2), ElementsAre(0, 0));
  EXPECT_THAT(HandOver(spread, {.number = 4, .batch_bytes = 5 * kMessage}, 1), ElementsAre());
  spread.Reported(1);
  EXPECT_THAT(HandOver(spread, {.number = 5, .batch_bytes = 5 * kMessage}, 1), ElementsAre(1));
}

TEST_F(SpreadTest, OpensSeveralPartitionsAtOnceAndFillsThemThen) {
  const Spread::Round round{.number = 1, .batch_bytes = 2 * kMessage, .open = 2};
  EXPECT_THAT(HandOver(spread, round, 5), ElementsAre(1, 2, 2, 1, 0));
}

TEST_F(SpreadTest, OpensNoMoreThanThereAre) {
  const Spread::Round round{.number = 1, .batch_bytes = 2 * kMessage, .open = 9};
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(1, 2, 0, 0, 1, 2));
}

TEST_F(SpreadTest, AMessageThatIsLargerThanABatchGoesAlone) {
  const Spread::Round round{.number = 1, .batch_bytes = kMessage / 2};
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(1, 2, 0));
}

TEST_F(SpreadTest, NewPartitionsGetTheirShare) {
  const Spread::Round round{.number = 1, .batch_bytes = kMessage};
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(1, 2, 0));
  spread.SetPartitions(4);
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(3));
}

TEST_F(SpreadTest, LateReportsOfATopicThatBecameSmallerAreNothing) {
  const Spread::Round round{.number = 1, .batch_bytes = kMessage};
  EXPECT_THAT(HandOver(spread, round, 9), ElementsAre(1, 2, 0));
  spread.SetPartitions(1);
  spread.Reported(2);
  spread.Reported(0);
  EXPECT_THAT(HandOver(spread, {.number = 2, .batch_bytes = kMessage}, 9), ElementsAre(0));
}

}  // namespace
}  // namespace andon::kafka_output
