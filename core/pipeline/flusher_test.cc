#include "core/pipeline/flusher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "test/support/flusher_fixture.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using FlusherTest = FlusherFixture;

TEST_F(FlusherTest, FinishesTheWindowOfWhatIsDelivered) {
  Add(1, 3);
  Start();
  Answer({.note = "size=3"});
  EXPECT_EQ(cursor_.finished.watermark(), 3u);
  EXPECT_EQ(cursor_.stored, "size=3");
  EXPECT_EQ(Sum("andon_events_passed_total"), 3u);
  EXPECT_TRUE(flusher_->idle());
}

TEST_F(FlusherTest, WritesAsManyAtOnceAsTheOutputLikes) {
  for (Sequence first = 1; first <= 5; ++first) Add(first, 1);
  Start({.in_flight = 3});
  EXPECT_EQ(output_.written.size(), 3u);
  Answer({});
  EXPECT_EQ(output_.written.size(), 4u);
}

TEST_F(FlusherTest, BringsWhatWasUnavailableBackLaterAndForever) {
  Add(1, 2);
  Start();
  for (int i = 0; i < 40; ++i) {
    Answer({.status = Unavailable("no route to host")});
    EXPECT_THAT(trouble_.Get(), HasSubstr("no route"));
    EXPECT_TRUE(output_.pending.empty()) << "no wait before the next try";
    world_.Advance(8s);
    ASSERT_EQ(output_.pending.size(), 1u) << "waited longer than retry.max";
  }
  Answer({});
  EXPECT_EQ(trouble_.Get(), "");
  EXPECT_EQ(cursor_.finished.watermark(), 2u);
  EXPECT_TRUE(Adds());
}

// The cursor reads no further than its budget for blocks allows.
TEST_F(FlusherTest, AFewEventsThatWaitDoNotKeepTheBlockThatTheyStandIn) {
  Add(1, 3);
  const Chunk chunk = cursor_.chunks.front();
  auto block = std::make_shared<int>();
  const std::weak_ptr<int> held = block;
  cursor_.chunks.front() = Chunk({.lane = chunk.lane(),
                                  .window = chunk.window(),
                                  .settled = 0,
                                  .pieces = {chunk.pieces().begin(), chunk.pieces().end()},
                                  .pins = {std::exchange(block, nullptr)}});
  Start();
  Answer({.again = {{2, 2}}});
  EXPECT_TRUE(held.expired());
  world_.Advance(8s);
  EXPECT_THAT(output_.events, ElementsAre(3u, 1u));
  Answer({});
  EXPECT_EQ(cursor_.finished.watermark(), 3u);
}

TEST_F(FlusherTest, AnswersThatComeWhenItsLoopIsGoneFindNobody) {
  Add(1, 2);
  Add(3, 1);
  Start({.in_flight = 2});
  Answer({.rejected = {{1, "bad"}}});
  ASSERT_EQ(rejected_.size(), 1u);
  flusher_.reset();
  loop_.reset();
  rejected_[0]->durable();
  output_.Answer({});
  world_.RunUntilIdle();
  EXPECT_EQ(Sum("andon_events_rejected_total"), 0u);
}

TEST_F(FlusherTest, WhatFailsInOneOutageCountsOnce) {
  for (Sequence first = 1; first <= 5; ++first) Add(first, 1);
  Start({.in_flight = 5});
  for (int i = 0; i < 5; ++i) Answer({.status = Unavailable("no route to host")});
  world_.Advance(1s);
  EXPECT_EQ(output_.pending.size(), 5u) << "waited longer than retry.initial";
}

TEST_F(FlusherTest, WhatTheJournalLetGoIsInTheLedgerByCause) {
  Add(1, 1);
  Start();
  ledger_.Received(7);
  cursor_.gap = 5;
  cursor_.damaged = 2;
  Answer({});
  EXPECT_EQ(metrics_.Sum("andon_events_dropped_total", {{"cause", "overflow"}}), 5u);
  EXPECT_EQ(metrics_.Sum("andon_events_dropped_total", {{"cause", "damaged"}}), 2u);
  EXPECT_TRUE(Adds());
}

TEST_F(FlusherTest, TheMetricsAreRightWhileTheOutputStandsStill) {
  Add(1, 1);
  Start();
  // The one that is being written is the output's; of three that have come since, one was dropped.
  Add(2, 1);
  Add(3, 1);
  ledger_.Received(1);
  cursor_.gap = 1;
  EXPECT_THAT(metrics_.Render(), HasSubstr("andon_events_held{id=\"out\",kind=\"output\"} 2\n"));
  EXPECT_EQ(metrics_.Sum("andon_events_dropped_total", {{"cause", "overflow"}}), 1u);
  flusher_.reset();
  cursor_.chunks.clear();
  EXPECT_THAT(metrics_.Render(), HasSubstr("andon_events_held{id=\"out\",kind=\"output\"} 2\n"));
}

TEST_F(FlusherTest, BringsBackOnlyWhatTheOutputNames) {
  Add(1, 10);
  Start();
  Answer({.again = {{3, 4}, {8, 8}}});
  EXPECT_EQ(cursor_.finished.watermark(), 2u);
  EXPECT_FALSE(cursor_.finished.Contains(8));
  EXPECT_TRUE(cursor_.finished.Contains(9));
  world_.Advance(8s);
  ASSERT_EQ(output_.events.size(), 2u);
  EXPECT_EQ(output_.events[1], 3u);
  Answer({});
  EXPECT_EQ(cursor_.finished.watermark(), 10u);
  EXPECT_EQ(Sum("andon_events_passed_total"), 10u);
}

TEST_F(FlusherTest, FinishesRefusedEventsWhenTheirErrorEventsAreDurable) {
  Add(1, 3);
  Start();
  Answer({.rejected = {{2, "field [n] is no date"}}});
  ASSERT_EQ(rejected_.size(), 1u);
  EXPECT_EQ(rejected_[0]->rejections[0].reason, "field [n] is no date");
  EXPECT_FALSE(cursor_.finished.Contains(2));
  EXPECT_FALSE(flusher_->idle());
  rejected_[0]->durable();
  world_.RunUntilIdle();
  EXPECT_EQ(cursor_.finished.watermark(), 3u);
  EXPECT_TRUE(Adds());
}

TEST_F(FlusherTest, WhatComesAgainFinishesNothingElse) {
  Add(1, 5);
  Start();
  Answer({.rejected = {{2, "no"}}, .again = {{4, 4}}});
  world_.Advance(8s);
  Answer({});
  EXPECT_TRUE(cursor_.finished.Contains(4));
  EXPECT_FALSE(cursor_.finished.Contains(2)) << "its error event is not durable yet";
  rejected_[0]->durable();
  world_.RunUntilIdle();
  EXPECT_EQ(cursor_.finished.watermark(), 5u);
}

TEST_F(FlusherTest, RefusesEveryEventOfAChunkThatIsRejectedWhole) {
  Add(1, 3);
  Start();
  Answer({.status = Rejected("too large")});
  ASSERT_EQ(rejected_.size(), 1u);
  EXPECT_EQ(rejected_[0]->rejections.size(), 3u);
}

TEST_F(FlusherTest, EndsAnErrorEventThatIsRefusedItself) {
  Add(1, 2, &error_tag_);
  Start();
  Answer({.status = Rejected("no")});
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_EQ(cursor_.finished.watermark(), 2u);
  EXPECT_EQ(metrics_.Sum("andon_events_dropped_total", {{"cause", "error_rejected"}}), 2u);
  EXPECT_TRUE(Adds());
}

TEST_F(FlusherTest, TakesAForgottenAnswerForUnavailable) {
  Add(1, 1);
  output_.forget = true;
  Start();
  EXPECT_THAT(trouble_.Get(), HasSubstr("gave no answer"));
  output_.forget = false;
  world_.Advance(8s);
  Answer({});
  EXPECT_EQ(cursor_.finished.watermark(), 1u);
}

TEST_F(FlusherTest, GivesUpOnlyWhenAskedTo) {
  Add(1, 1);
  Start({}, {.initial = 1s, .maximum = 2s, .give_up_after = 5s});
  for (int i = 0; i < 20 && rejected_.empty(); ++i) {
    if (!output_.pending.empty()) Answer({.status = Unavailable("down")});
    world_.Advance(2s);
  }
  ASSERT_EQ(rejected_.size(), 1u);
  EXPECT_THAT(rejected_[0]->rejections[0].reason, HasSubstr("gave up after"));
}

TEST_F(FlusherTest, WaitsForAChunkToFillUpToItsAge) {
  Start({.bytes = 1000, .age = 5s});
  Add(1, 1);
  flusher_->OnReady();
  world_.Advance(4s);
  EXPECT_THAT(output_.written, IsEmpty());
  world_.Advance(1s);
  EXPECT_THAT(output_.written, ElementsAre(Range{1, 1}));
}

TEST_F(FlusherTest, StopsWhenWhatIsUnderWayIsAnswered) {
  Add(1, 1);
  Add(2, 1);
  Start();
  bool stopped = false;
  flusher_->Stop([&] { stopped = true; });
  EXPECT_FALSE(stopped);
  Answer({});
  EXPECT_TRUE(stopped);
  EXPECT_EQ(output_.written.size(), 1u);
}

TEST_F(FlusherTest, AnAnswerAfterTheEndFindsNobody) {
  Add(1, 1);
  Start();
  flusher_.reset();
  Answer({});
  EXPECT_TRUE(cursor_.finished.empty());
}

}  // namespace
}  // namespace andon
