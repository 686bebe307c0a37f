#include "outputs/kafka/transaction_size.h"

#include <gtest/gtest.h>

namespace andon::kafka_output {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The most that a transaction takes.
size_t Of(const TransactionSize& size) {
  size_t bytes = 1;
  while (!size.Enough(bytes, Duration::zero())) bytes *= 2;
  return bytes;
}

TEST(TransactionSizeTest, FullOnesThatAreQuickGrow) {
  TransactionSize size;
  for (int i = 0; i < 10; ++i) size.Committed(Of(size), milliseconds(100));
  EXPECT_EQ(Of(size), TransactionSize::kMost);
}

TEST(TransactionSizeTest, WhatWasNotFullSaysNothing) {
  TransactionSize size;
  const size_t before = Of(size);
  size.Committed(before / 2, milliseconds(1));
  EXPECT_EQ(Of(size), before);
}

TEST(TransactionSizeTest, SlowAndFailedOnesShrinkToWhatStillMoves) {
  TransactionSize size;
  const size_t before = Of(size);
  size.Committed(before, seconds(2));
  EXPECT_EQ(Of(size), before);
  size.Committed(before, seconds(30));
  EXPECT_EQ(Of(size), before / 2);
  for (int i = 0; i < 10; ++i) size.Failed();
  EXPECT_EQ(Of(size), TransactionSize::kLeast);
}

TEST(TransactionSizeTest, AnOldTransactionTakesNoMore) {
  const TransactionSize size;
  EXPECT_FALSE(size.Enough(1, milliseconds(999)));
  EXPECT_TRUE(size.Enough(1, seconds(1)));
}

}  // namespace
}  // namespace andon::kafka_output
