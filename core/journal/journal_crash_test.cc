// What a crash, a disk that fails, and a disk that lies leave behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "core/journal/format.h"
#include "test/support/journal_fixture.h"

namespace andon {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What output "a" still gets after a restart.
std::vector<uint64_t> ReadAll(JournalFixture& journal) {
  const Status opened = journal.Open();
  EXPECT_TRUE(opened.ok()) << opened.message();
  TestOutput& a = journal.AddOutput("a");
  journal.Settle();
  std::vector<uint64_t> numbers = a.numbers();
  std::ranges::sort(numbers);
  return numbers;
}

TEST(JournalCrashTest, ACrashAtAnyByteKeepsACommitWholeOrNotAtAll) {
  uint64_t unsynced = 1;
  bool was_whole = false;
  // Every sector's edges, and bytes in between.
  for (uint64_t kept = 0; kept <= unsynced; kept += kept % 512 < 2 || kept % 512 > 509 ? 1 : 127) {
    SCOPED_TRACE(kept);
    JournalFixture journal;
    journal.lane_count = 2;
    ASSERT_TRUE(journal.Open().ok());
    const RouteId route = journal.RouteTo({"a"});
    journal.Append(1, 2, {.route = route, .ack = true});
    journal.Run();
    journal.disk.SetLying(true);  // From here on nothing is synced.
    journal.Append(3, 2, {.route = route, .padding = 300});
    journal.Append(5, 2, {.route = route, .ack = true, .lane = 1});
    journal.Run();
    unsynced = journal.disk.unsynced_bytes();
    journal.disk.PowerCutAfter(kept);
    journal.disk.SetLying(false);
    journal.Kill();
    const auto numbers = ReadAll(journal);
    EXPECT_THAT(numbers, AnyOf(Numbers(1, 2), Numbers(1, 6)));
    EXPECT_FALSE(was_whole && numbers.size() == 2);
    was_whole = numbers.size() == 6;
  }
  EXPECT_TRUE(was_whole);
  EXPECT_EQ(unsynced, 2 * journal::kPageBytes);
}

TEST(JournalCrashTest, AUnitOverSeveralBlocksIsWholeOrNotAtAll) {
  for (const uint64_t kept : {0u, 300'000u, 1'500'000u, 2'500'000u, 4'000'000u}) {
    SCOPED_TRACE(kept);
    JournalFixture journal;
    journal.options.segment_bytes = uint64_t{8} << 20;
    ASSERT_TRUE(journal.Open().ok());
    const RouteId route = journal.RouteTo({"a"});
    journal.Run();
    journal.disk.SetLying(true);
    journal.Append(1, 3000, {.route = route, .padding = 1000, .ack = true});
    journal.Run();
    journal.disk.PowerCutAfter(kept);
    journal.disk.SetLying(false);
    journal.Kill();
    EXPECT_EQ(ReadAll(journal), kept < 3'000'000 ? std::vector<uint64_t>() : Numbers(1, 3000));
  }
}

// Fills a segment with equal commits, lets it be recycled, and begins to fill it again.
TEST(JournalCrashTest, StaleRecordsOfARecycledSegmentAreNotRead) {
  JournalFixture journal;
  journal.options.segment_bytes = 64 << 10;
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a");
  const RouteId route = journal.RouteTo({"a"});
  uint64_t next = 1;
  for (; next <= 100; ++next) {
    journal.Append(next, 1, {.route = route, .padding = 3000, .ack = true});
    journal.Settle();
  }
  EXPECT_EQ(a.numbers(), Numbers(1, 100));
  a.paused = true;
  journal.Append(next, 1, {.route = route, .padding = 3000, .ack = true});
  journal.Run();
  // The last segment was recycled, and has old commits behind its new ones.
  const std::string newest = journal.SegmentPaths().back();
  const std::string content = journal.disk.Content(newest);
  ASSERT_THAT(journal.SegmentPaths().size(), testing::Le(3u));
  EXPECT_THAT(content.substr(content.size() / 2), HasSubstr("padding"));
  journal.disk.PowerCut(CrashDisk::Keep::kSome);
  journal.Kill();
  EXPECT_EQ(ReadAll(journal), Numbers(101, 101));
  EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 0u);
}

TEST(JournalCrashTest, AfterASyncThatFailedEverythingIsWrittenAgainElsewhere) {
  JournalFixture journal;
  journal.lane_count = 2;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Run();
  int failures = 1;
  journal.disk.SetFault([&](CrashDisk::Op op, const std::string&) {
    const bool fails = (op == CrashDisk::Op::kSync || op == CrashDisk::Op::kWrite) && failures > 0;
    if (fails) --failures;
    return fails ? EIO : 0;
  });
  journal.Append(1, 2, {.route = route, .ack = true});
  journal.Append(3, 2, {.route = route, .ack = true, .lane = 1});
  journal.Run();
  EXPECT_THAT(journal.acks.durable, ElementsAre(1, 3));
  EXPECT_THAT(journal.SegmentPaths(), SizeIs(2));
  journal.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal.Kill();
  EXPECT_EQ(ReadAll(journal), Numbers(1, 4));
  EXPECT_EQ(journal.metrics.Sum("andon_journal_write_errors_total"), 1u);
}

TEST(JournalCrashTest, BytesBeyondTheEndThatASuccessorNamesDoNotExist) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Run();
  const std::string first = journal.SegmentPaths().front();
  // The write comes through whole, but says that it did not.
  std::string before;
  journal.disk.SetFault([&](CrashDisk::Op op, const std::string& path) {
    if (op != CrashDisk::Op::kWrite || path != first || !before.empty()) return 0;
    before = journal.disk.Content(first);
    return EIO;
  });
  journal.Append(1, 1, {.route = route, .ack = true});
  journal.Run();
  ASSERT_FALSE(before.empty());
  EXPECT_THAT(journal.acks.durable, ElementsAre(1));
  journal.Kill();
  // The same bytes at the first segment's end, as the failed write may have left them, must not
  // come besides those of the second one. Here: whatever part of it came through.
  EXPECT_EQ(ReadAll(journal), Numbers(1, 1));
  EXPECT_EQ(journal.Output("a").cursor->held_events(), 0u);
}

TEST(JournalCrashTest, WhatWasFoundIsMadeDurableBeforeItIsRelied) {
  JournalFixture journal;
  journal.lane_count = 2;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Run();
  // Two large parts are written one by one; their sync fails, their pages are clean and lost.
  journal.disk.SetFault(
      [&](CrashDisk::Op op, const std::string&) { return op == CrashDisk::Op::kSync ? EIO : 0; });
  journal.Append(1, 300, {.route = route, .padding = 900});
  journal.Append(301, 300, {.route = route, .padding = 900, .lane = 1});
  journal.world.Advance(std::chrono::milliseconds(5));
  journal.Kill();
  journal.disk.SetFault(nullptr);
  ASSERT_TRUE(journal.Open().ok());  // Finds them in the cache.
  journal.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal.Kill();
  EXPECT_EQ(ReadAll(journal), Numbers(1, 600));
}

TEST(JournalCrashTest, WhileTheDiskRefusesNothingIsLostAndInputsAreHeldBack) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a");
  const RouteId route = journal.RouteTo({"a"});
  journal.Run();
  journal.disk.SetFault([](CrashDisk::Op op, const std::string&) {
    return op == CrashDisk::Op::kWrite || op == CrashDisk::Op::kOpen ? EIO : 0;
  });
  journal.Append(1, 5, {.route = route, .ack = true});
  journal.Settle(std::chrono::seconds(10));
  EXPECT_THAT(journal.acks.durable, IsEmpty());
  EXPECT_THAT(a.events, IsEmpty());
  EXPECT_TRUE(journal.lanes[0]->full());
  EXPECT_THAT(journal.pressure, ElementsAre(true));
  journal.Append(6, 5, {.route = route, .ack = true});
  journal.disk.SetFault(nullptr);
  journal.Settle(std::chrono::seconds(2));
  EXPECT_THAT(journal.acks.durable, ElementsAre(1, 6));
  EXPECT_EQ(a.numbers(), Numbers(1, 10));
  EXPECT_THAT(journal.pressure, ElementsAre(false));
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST(JournalCrashTest, ALyingDiskThatLostTheMiddleIsFoundOut) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Append(1, 5, {.route = route, .ack = true});
  journal.Run();
  const std::string segment = journal.SegmentPaths().back();
  const std::string before = journal.disk.Content(segment);
  journal.Append(6, 5, {.route = route, .ack = true});
  journal.Run();
  const std::string after = journal.disk.Content(segment);
  journal.Append(11, 5, {.route = route, .ack = true});
  journal.Run();
  journal.Append(16, 5, {.route = route, .ack = true});
  journal.Run();
  journal.Kill();
  // As if what was written second had never arrived.
  std::string content = journal.disk.Content(segment);
  for (size_t at = 0; at < content.size(); ++at) {
    if (before[at] != after[at]) content[at] = before[at];
  }
  journal.disk.SetContent(segment, content);
  std::vector<uint64_t> expected = Numbers(1, 5);
  for (const uint64_t n : Numbers(11, 20)) expected.push_back(n);
  EXPECT_EQ(ReadAll(journal), expected);
  EXPECT_GE(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 1u);
  TestOutput& a = journal.Output("a");
  EXPECT_EQ(a.cursor->damaged_events(), 5u);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST(JournalCrashTest, TornEndsAreNoDamage) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  journal.Append(1, 5, {.route = route, .ack = true});
  journal.Run();
  journal.disk.SetLying(true);
  journal.Append(6, 50, {.route = route, .padding = 500, .ack = true});
  journal.Run();
  journal.disk.PowerCutAfter(10'000);
  journal.disk.SetLying(false);
  journal.Kill();
  EXPECT_EQ(ReadAll(journal), Numbers(1, 5));
  EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 0u);
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 0u);
}

TEST(JournalCrashTest, PositionsComeBackWithTheEventsTheyCover) {
  JournalFixture journal;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo({"a"});
  const Position first{"tail:x", AsBytes("100")};
  journal.Append(1, 1, {.route = route, .ack = true, .covers = {first}});
  journal.Run();
  const Position second{"tail:x", AsBytes("200")};
  const Position other{"tail:y", AsBytes("7")};
  journal.disk.SetLying(true);
  journal.Append(2, 1, {.route = route, .covers = {second, other}});
  EXPECT_EQ(journal.journal->positions().Find("tail:x"), "200");
  journal.Run();
  journal.disk.PowerCut(CrashDisk::Keep::kNothing);
  journal.disk.SetLying(false);
  journal.Kill();
  ASSERT_TRUE(journal.Open().ok());
  EXPECT_EQ(journal.journal->positions().Find("tail:x"), "100");
  EXPECT_EQ(journal.journal->positions().Find("tail:y"), std::nullopt);
}

}  // namespace
}  // namespace andon
