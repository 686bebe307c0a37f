// What is in the chunks that outputs are given: windows, limits, cuts, catching up from the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/event/batch_builder.h"
#include "core/journal/cursor.h"
#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using JournalChunkTest = JournalTestBase;

TEST_F(JournalChunkTest, AWindowCoversWhatIsForOthersInBetween) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  journal_.RouteTo({"b"});
  journal_.Append(1, 2, {.route = journal_.RouteTo({"a"})});
  journal_.Append(3, 2, {.route = journal_.RouteTo({"b"})});
  journal_.Append(5, 2, {.route = journal_.RouteTo({"a"})});
  journal_.Settle();
  ASSERT_THAT(a.held, SizeIs(1));
  EXPECT_EQ(a.held[0].window(), (Range{1, 6}));
  EXPECT_EQ(a.numbers(), (std::vector<uint64_t>{1, 2, 5, 6}));
}

TEST_F(JournalChunkTest, ChunksJoinRecordsUpToTheLimitsAndHaveOneAtLeast) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 10; ++n) journal_.Append(n, 1, {.route = route, .padding = 1000});
  journal_.Append(11, 10, {.route = route, .padding = 1000});
  journal_.Settle();
  a.paused = false;
  a.max_bytes = 3500;
  a.Pump();
  std::vector<uint64_t> sizes;
  for (const Chunk& chunk : a.held) sizes.push_back(chunk.events());
  EXPECT_THAT(sizes, ElementsAre(3, 3, 3, 1, 10));
  EXPECT_EQ(a.numbers(), Numbers(1, 20));
}

TEST_F(JournalChunkTest, ChunksHaveAtMostSoManyEvents) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  a.max_events = 4;
  const RouteId route = journal_.RouteTo({"a"});
  for (uint64_t n = 1; n <= 9; n += 3) journal_.Append(n, 3, {.route = route});
  journal_.Settle();
  EXPECT_THAT(a.held, SizeIs(3));
  EXPECT_EQ(a.numbers(), Numbers(1, 9));
}

TEST_F(JournalChunkTest, RecordsAreCutWhereAPartOfThemIsFinished) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.holds = true;
  const Tag tag("log.a");
  BatchBuilder batch;
  for (uint64_t n = 1; n <= 10; ++n) {
    RecordWriter record(batch, EventTime{1, 0});
    record.FieldUint("n", n);
    record.Commit();
  }
  const LaneId other{7, 7};
  const std::vector<andon::Run> origin = {{other, 100, 4}, {other, 200, 6}};
  EventBatch with_origin = batch.Batch(tag);
  with_origin.origin = origin;
  const LaneWriter::Item item{with_origin, journal_.RouteTo({"a"})};
  journal_.lanes[0]->Append({&item, 1}, {}, Ack());
  journal_.Settle();
  a.cursor->Finish(a.held[0].lane(), Range{3, 6}, "");
  journal_.Settle();
  Restart();
  TestOutput& again = journal_.AddOutput("a");
  again.holds = true;
  journal_.Settle();
  EXPECT_EQ(again.numbers(), (std::vector<uint64_t>{1, 2, 7, 8, 9, 10}));
  ASSERT_THAT(again.held, SizeIs(1));
  ASSERT_THAT(again.held[0].pieces(), SizeIs(2));
  EXPECT_THAT(again.held[0].pieces()[0].origin, ElementsAre(andon::Run{other, 100, 2}));
  EXPECT_THAT(again.held[0].pieces()[1].origin, ElementsAre(andon::Run{other, 202, 4}));
}

TEST_F(JournalChunkTest, AnOutputThatIsFarBehindReadsFromTheDiskWithinItsBudget) {
  journal_.options.memory_bytes = uint64_t{2} << 20;
  journal_.options.segment_bytes = uint64_t{4} << 20;
  journal_.options.size_bytes = uint64_t{256} << 20;
  Open();
  TestOutput& slow = journal_.AddOutput("slow");
  TestOutput& fast = journal_.AddOutput("fast");
  slow.paused = true;
  const RouteId route = journal_.RouteTo({"fast", "slow"});
  constexpr uint64_t kEvents = 30'000;
  for (uint64_t n = 1; n <= kEvents; n += 500) {
    journal_.Append(n, 500, {.route = route, .padding = 1000, .ack = true});
    journal_.Run();
  }
  EXPECT_EQ(fast.numbers(), Numbers(1, kEvents));
  EXPECT_EQ(slow.cursor->held_events(), kEvents);
  // It takes chunks and does not finish them: then it gets no more than the budget.
  slow.paused = false;
  slow.holds = true;
  journal_.Settle();
  slow.Pump();
  journal_.Settle();
  const auto held = [&slow] {
    uint64_t bytes = 0;
    for (const Chunk& chunk : slow.held) bytes += chunk.bytes();
    return bytes;
  };
  EXPECT_GT(held(), journal::kReadBudget / 2);
  EXPECT_LT(held(), journal::kReadBudget + (size_t{4} << 20));
  // Unless it has asked for more.
  slow.cursor->SetMemory(2 * journal::kReadBudget);
  slow.Pump();
  journal_.Settle();
  EXPECT_GT(held(), journal::kReadBudget + (size_t{4} << 20));
  EXPECT_LT(held(), 2 * journal::kReadBudget + (size_t{4} << 20));
  // Letting go of one is all that it takes to go on.
  slow.holds = false;
  for (const Chunk& chunk : slow.held) slow.cursor->Finish(chunk.lane(), chunk.window(), "");
  slow.held.clear();
  journal_.Settle();
  EXPECT_EQ(slow.numbers(), Numbers(1, kEvents));
  EXPECT_EQ(slow.cursor->held_events(), 0u);
}

TEST_F(JournalChunkTest, AFewEventsDoNotPinAllTheirBlocks) {
  journal_.options.memory_bytes = uint64_t{4} << 20;
  journal_.options.size_bytes = uint64_t{256} << 20;
  Open();
  TestOutput& rare = journal_.AddOutput("rare");
  rare.holds = true;
  journal_.AddOutput("most");
  const RouteId most = journal_.RouteTo({"most"});
  const RouteId both = journal_.RouteTo({"most", "rare"});
  for (uint64_t i = 0; i < 40; ++i) {
    journal_.Append(1000 + i * 500, 500, {.route = most, .padding = 1000});
    journal_.Append(1 + i, 1, {.route = both});
    journal_.Settle();
  }
  // 20 MiB went by: more than its budget, if it pinned them.
  EXPECT_EQ(rare.numbers(), Numbers(1, 40));
  ASSERT_THAT(rare.held, SizeIs(40));
}

TEST_F(JournalChunkTest, LargeBatchesAndLargeEntriesComeOutAsTheyWentIn) {
  journal_.options.size_bytes = uint64_t{512} << 20;
  journal_.options.segment_bytes = uint64_t{16} << 20;
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 5000, {.route = route, .padding = 1000, .ack = true});  // 5 MB
  journal_.Append(5001, 1, {.route = route, .padding = 20'000'000, .ack = true});
  journal_.Append(5002, 3, {.route = route, .padding = 2'000'000, .ack = true});
  journal_.Settle();
  EXPECT_THAT(journal_.acks.durable, SizeIs(3));
  journal_.Output("a").paused = false;
  journal_.Output("a").Pump();
  journal_.Settle();
  EXPECT_EQ(journal_.Output("a").numbers(), Numbers(1, 5004));
  Restart();
}

TEST_F(JournalChunkTest, CompressedPayloadsComeOutAsTheyWentIn) {
  journal_.options.compress = true;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  const RouteId route = journal_.RouteTo({"a"});
  journal_.Append(1, 3000, {.route = route, .padding = 500, .ack = true});
  journal_.Append(3001, 1, {.route = route});  // Too small to gain.
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 3001));
  EXPECT_LT(journal_.metrics.Sum("andon_journal_written_bytes_total"), 400'000u);
  a.paused = true;
  journal_.Append(3002, 100, {.route = route, .padding = 500, .ack = true});
  journal_.Settle();
  Restart();
  TestOutput& again = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(again.numbers(), Numbers(3002, 3101));
}

TEST_F(JournalChunkTest, ReadyBytesSayHowMuchThereIs) {
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  EXPECT_EQ(a.cursor->ready_bytes(), 0u);
  journal_.Append(1, 5, {.route = journal_.RouteTo({"a"}), .padding = 1000});
  journal_.Settle();
  EXPECT_GE(a.ready_calls, 1);
  EXPECT_GE(a.cursor->ready_bytes(), 5000u);
  EXPECT_LT(a.cursor->ready_bytes(), 6000u);
}

}  // namespace
}  // namespace andon
