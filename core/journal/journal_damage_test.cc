// Damage in front of a known end, and files that are gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "core/journal/format.h"
#include "test/support/filled_journal.h"

namespace andon {
namespace {

using namespace std::chrono_literals;

using ::testing::Contains;
using ::testing::StartsWith;

std::vector<uint64_t> Without(std::vector<uint64_t> numbers, uint64_t first, uint64_t last) {
  std::erase_if(numbers, [&](uint64_t n) { return n >= first && n <= last; });
  return numbers;
}

// Where the commit with event `number` begins.
struct Place {
  std::string path;
  uint64_t offset = 0;
};
Place FindPart(const JournalFixture& journal, uint64_t first_sequence) {
  for (const std::string& path : journal.SegmentPaths()) {
    const std::string content = journal.disk.Content(path);
    for (uint64_t at = 0; at + journal::kPageBytes <= content.size(); at += journal::kPageBytes) {
      journal::PartHeader header;
      std::memcpy(&header, content.data() + at, sizeof header);
      if (header.magic == journal::PartHeader::kMagic && header.first == first_sequence &&
          header.last >= header.first) {
        return {path, at};
      }
    }
  }
  return {};
}

TEST(JournalDamageTest, ADamagedRecordIsSteppedOverReportedAndKeptForInspection) {
  JournalFixture journal;
  FillJournal(journal);
  const Place place = FindPart(journal, 21);
  journal.disk.Damage(place.path, place.offset + 5000, 3);
  EXPECT_EQ(ReadFilled(journal), Without(Numbers(1, 100), 21, 30));
  TestOutput& a = journal.Output("a");
  EXPECT_EQ(a.cursor->damaged_events(), 10u);
  EXPECT_EQ(a.cursor->gap_events(), 0u);
  EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 1u);
  EXPECT_THAT(journal.disk.Paths(),
              Contains(StartsWith(std::string(JournalFixture::kDirectory) + "/quarantine/")));
}

TEST(JournalDamageTest, ADamagedPartHeaderCostsThatPartOnly) {
  JournalFixture journal;
  FillJournal(journal, {"a", "b"});
  const Place place = FindPart(journal, 41);
  journal.disk.Damage(place.path, place.offset + 20, 1);
  EXPECT_EQ(ReadFilled(journal), Without(Numbers(1, 100), 41, 50));
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 10u);
  TestOutput& b = journal.AddOutput("b");
  journal.Settle();
  EXPECT_EQ(b.cursor->damaged_events(), 10u);
  EXPECT_EQ(b.cursor->held_events(), 0u);
  // Reported once, not once an output.
  EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 1u);
}

TEST(JournalDamageTest, DamageThatWasForAnotherOutputIsNotCountedHere) {
  JournalFixture journal;
  journal.options.segment_bytes = 64 << 10;
  ASSERT_TRUE(journal.Open().ok());
  journal.RouteTo({"a", "b"});
  for (uint64_t first = 1; first <= 100; first += 10) {
    const RouteId route = journal.RouteTo({first == 21 ? "b" : "a"});
    journal.Append(first, 10, {.route = route, .padding = 1000, .ack = true});
    journal.Run();
  }
  journal.Kill();
  const Place place = FindPart(journal, 21);
  journal.disk.Damage(place.path, place.offset, 4096);
  EXPECT_EQ(ReadFilled(journal), Without(Numbers(1, 100), 21, 30));
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 0u);
}

TEST(JournalDamageTest, ADamagedSnapshotIsMadeUpForByTheSegmentBefore) {
  JournalFixture journal;
  FillJournal(journal);
  journal.disk.Damage(journal.SegmentPaths().back(), 2 * journal::kPageBytes, 8);
  EXPECT_EQ(ReadFilled(journal), Numbers(1, 100));
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 0u);
}

TEST(JournalDamageTest, ADamagedHeaderHasACopy) {
  JournalFixture journal;
  FillJournal(journal);
  for (const std::string& path : journal.SegmentPaths()) journal.disk.Damage(path, 0, 4096);
  EXPECT_EQ(ReadFilled(journal), Numbers(1, 100));
}

TEST(JournalDamageTest, WithoutAnyHeaderTheSegmentIsReadByItsParts) {
  JournalFixture journal;
  FillJournal(journal);
  ASSERT_THAT(journal.SegmentPaths().size(), testing::Ge(2u));
  for (const std::string& path : journal.SegmentPaths()) {
    journal.disk.Damage(path, 0, 2 * journal::kPageBytes);
  }
  // Without snapshots the cursor may not be known any more, but what is there is read.
  ASSERT_TRUE(journal.Open().ok());
  TestOutput& a = journal.AddOutput("a", true);
  journal.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 100));
}

TEST(JournalDamageTest, ASegmentDeletedByHandIsAGapThatIsCounted) {
  JournalFixture journal;
  FillJournal(journal);
  const Place place = FindPart(journal, 51);
  const auto segments = journal.SegmentPaths();
  ASSERT_NE(place.path, segments.back());
  ASSERT_NE(place.path, segments.front());
  journal.disk.Delete(place.path);
  const std::vector<uint64_t> numbers = ReadFilled(journal);
  TestOutput& a = journal.Output("a");
  EXPECT_EQ(a.cursor->damaged_events(), 100 - numbers.size());
  EXPECT_GE(a.cursor->damaged_events(), 10u);
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(1, 10)));
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(91, 100)));
}

TEST(JournalDamageTest, ASegmentDeletedWhileItIsNeededIsAGapThatIsCounted) {
  JournalFixture journal;
  FillJournal(journal);
  ASSERT_TRUE(journal.Open().ok());
  journal.disk.Delete(FindPart(journal, 51).path);
  TestOutput& a = journal.AddOutput("a");
  journal.Settle();
  EXPECT_EQ(a.cursor->damaged_events(), 100 - a.events.size());
  EXPECT_GE(a.cursor->damaged_events(), 10u);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST(JournalDamageTest, AFileThatWasCutOffIsReadAsFarAsItGoes) {
  JournalFixture journal;
  FillJournal(journal);
  const Place place = FindPart(journal, 21);
  journal.disk.SetContent(place.path, journal.disk.Content(place.path).substr(0, place.offset + 9));
  const std::vector<uint64_t> numbers = ReadFilled(journal);
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 100 - numbers.size());
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(1, 20)));
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(91, 100)));
}

TEST(JournalDamageTest, ASegmentThatCannotBeReadForAWhileLosesNothing) {
  JournalFixture journal;
  FillJournal(journal);
  ASSERT_TRUE(journal.Open().ok());
  const std::string path = FindPart(journal, 51).path;
  bool fails = true;
  journal.disk.SetFault([&](CrashDisk::Op op, const std::string& of) {
    return fails && op == CrashDisk::Op::kRead && of == path ? EIO : 0;
  });
  TestOutput& a = journal.AddOutput("a");
  journal.world.Advance(2s);
  EXPECT_LT(a.events.size(), 100u);
  fails = false;
  journal.world.Advance(10s);
  EXPECT_EQ(a.events.size(), 100u);
  EXPECT_EQ(a.cursor->damaged_events(), 0u);
}

TEST(JournalDamageTest, ASegmentThatCannotBeReadForGoodIsDamage) {
  JournalFixture journal;
  FillJournal(journal);
  ASSERT_TRUE(journal.Open().ok());
  const std::string path = FindPart(journal, 51).path;
  journal.disk.SetFault([&](CrashDisk::Op op, const std::string& of) {
    return op == CrashDisk::Op::kRead && of == path ? EIO : 0;
  });
  TestOutput& a = journal.AddOutput("a");
  journal.world.Advance(600s);
  EXPECT_LT(a.events.size(), 100u);
  EXPECT_EQ(a.events.size() + a.cursor->damaged_events(), 100u);
  EXPECT_EQ(a.cursor->held_events(), 0u);
}

TEST(JournalDamageTest, EveryByteOfASegmentMayBeBadAndTheRestIsRead) {
  JournalFixture filled;
  FillJournal(filled);
  const Place place = FindPart(filled, 51);
  const std::string good = filled.disk.Content(place.path);
  std::map<std::string, std::string> files;
  for (const std::string& path : filled.disk.Paths()) {
    // A copy's home would be refused.
    if (!path.ends_with("/home")) files[path] = filled.disk.Content(path);
  }
  for (uint64_t at = 0; at < good.size(); at += 1531) {
    SCOPED_TRACE(at);
    JournalFixture journal;
    journal.options.segment_bytes = 64 << 10;
    ASSERT_TRUE(journal.disk.MakeDirectory(JournalFixture::kDirectory, 0750).ok());
    for (const auto& [path, content] : files) journal.disk.SetContent(path, content);
    journal.disk.Damage(place.path, at, 1);
    const std::vector<uint64_t> numbers = ReadFilled(journal);
    ASSERT_EQ(numbers.size() + journal.Output("a").cursor->damaged_events(), 100u);
    ASSERT_GE(numbers.size(), 90u);
    ASSERT_TRUE(std::ranges::is_sorted(numbers));
  }
}

}  // namespace
}  // namespace andon
