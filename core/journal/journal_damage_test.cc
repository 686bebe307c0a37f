// Damage in front of a known end, files that are gone, and folders that cannot be opened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "core/base/crc32c.h"
#include "core/journal/format.h"
#include "test/support/journal_fixture.h"

namespace andon {
namespace {

using namespace std::chrono_literals;

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<uint64_t> Without(std::vector<uint64_t> numbers, uint64_t first, uint64_t last) {
  std::erase_if(numbers, [&](uint64_t n) { return n >= first && n <= last; });
  return numbers;
}

// Ten commits of ten events each, 1 to 100, in small segments; nothing is finished.
void Fill(JournalFixture& journal, const std::vector<std::string>& outputs = {"a"}) {
  journal.options.segment_bytes = 64 << 10;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo(outputs);
  for (uint64_t first = 1; first <= 100; first += 10) {
    journal.Append(first, 10, {.route = route, .padding = 1000, .ack = true});
    journal.Run();
  }
  ASSERT_THAT(journal.acks.durable, SizeIs(10));
  journal.Kill();
}

std::vector<uint64_t> ReadAll(JournalFixture& journal, const std::string& id = "a") {
  const Status opened = journal.Open();
  EXPECT_TRUE(opened.ok()) << opened.message();
  TestOutput& output = journal.AddOutput(id);
  journal.Settle();
  EXPECT_EQ(output.cursor->held_events(), 0u);
  return output.numbers();
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
  Fill(journal);
  const Place place = FindPart(journal, 21);
  journal.disk.Damage(place.path, place.offset + 5000, 3);
  EXPECT_EQ(ReadAll(journal), Without(Numbers(1, 100), 21, 30));
  TestOutput& a = journal.Output("a");
  EXPECT_EQ(a.cursor->damaged_events(), 10u);
  EXPECT_EQ(a.cursor->gap_events(), 0u);
  EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 1u);
  EXPECT_THAT(journal.disk.Paths(),
              Contains(StartsWith(std::string(JournalFixture::kDirectory) + "/quarantine/")));
}

TEST(JournalDamageTest, ADamagedPartHeaderCostsThatPartOnly) {
  JournalFixture journal;
  Fill(journal, {"a", "b"});
  const Place place = FindPart(journal, 41);
  journal.disk.Damage(place.path, place.offset + 20, 1);
  EXPECT_EQ(ReadAll(journal), Without(Numbers(1, 100), 41, 50));
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
  EXPECT_EQ(ReadAll(journal), Without(Numbers(1, 100), 21, 30));
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 0u);
}

TEST(JournalDamageTest, ADamagedSnapshotIsMadeUpForByTheSegmentBefore) {
  JournalFixture journal;
  Fill(journal);
  journal.disk.Damage(journal.SegmentPaths().back(), 2 * journal::kPageBytes, 8);
  EXPECT_EQ(ReadAll(journal), Numbers(1, 100));
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 0u);
}

TEST(JournalDamageTest, ADamagedHeaderHasACopy) {
  JournalFixture journal;
  Fill(journal);
  for (const std::string& path : journal.SegmentPaths()) journal.disk.Damage(path, 0, 4096);
  EXPECT_EQ(ReadAll(journal), Numbers(1, 100));
}

TEST(JournalDamageTest, WithoutAnyHeaderTheSegmentIsReadByItsParts) {
  JournalFixture journal;
  Fill(journal);
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
  Fill(journal);
  const Place place = FindPart(journal, 51);
  const auto segments = journal.SegmentPaths();
  ASSERT_NE(place.path, segments.back());
  ASSERT_NE(place.path, segments.front());
  journal.disk.Delete(place.path);
  const std::vector<uint64_t> numbers = ReadAll(journal);
  TestOutput& a = journal.Output("a");
  EXPECT_EQ(a.cursor->damaged_events(), 100 - numbers.size());
  EXPECT_GE(a.cursor->damaged_events(), 10u);
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(1, 10)));
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(91, 100)));
}

TEST(JournalDamageTest, ASegmentDeletedWhileItIsNeededIsAGapThatIsCounted) {
  JournalFixture journal;
  Fill(journal);
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
  Fill(journal);
  const Place place = FindPart(journal, 21);
  journal.disk.SetContent(place.path, journal.disk.Content(place.path).substr(0, place.offset + 9));
  const std::vector<uint64_t> numbers = ReadAll(journal);
  EXPECT_EQ(journal.Output("a").cursor->damaged_events(), 100 - numbers.size());
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(1, 20)));
  EXPECT_THAT(numbers, testing::IsSupersetOf(Numbers(91, 100)));
}

TEST(JournalDamageTest, ASegmentThatCannotBeReadForAWhileLosesNothing) {
  JournalFixture journal;
  Fill(journal);
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
  Fill(journal);
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
  Fill(filled);
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
    const std::vector<uint64_t> numbers = ReadAll(journal);
    ASSERT_EQ(numbers.size() + journal.Output("a").cursor->damaged_events(), 100u);
    ASSERT_GE(numbers.size(), 90u);
    ASSERT_TRUE(std::ranges::is_sorted(numbers));
  }
}

class JournalOpenTest : public ::testing::Test {
 protected:
  std::string OpenError() {
    const Status status = journal_.Open();
    EXPECT_FALSE(status.ok());
    code_ = status.code();
    return std::string(status.message());
  }
  JournalFixture journal_;
  StatusCode code_ = StatusCode::kOk;
};

TEST_F(JournalOpenTest, ANewerFormatIsRefusedBeforeAnythingIsChanged) {
  Fill(journal_);
  const std::string path = journal_.SegmentPaths().front();
  std::string content = journal_.disk.Content(path);
  journal::SegmentHeader header;
  std::memcpy(&header, content.data(), sizeof header);
  header.version = 7;
  header.checksum = 0;
  std::memcpy(content.data(), &header, sizeof header);
  header.checksum = Crc32c(AsBytes(content).first(journal::kPageBytes));
  std::memcpy(content.data(), &header, sizeof header);
  journal_.disk.SetContent(path, content);
  const auto before = journal_.disk.Paths();
  EXPECT_EQ(OpenError(),
            "journal: segment 0000000000000001.segment has format version 7, this andond knows up "
            "to 1");
  EXPECT_EQ(code_, StatusCode::kRejected);
  EXPECT_EQ(journal_.disk.Paths(), before);
  EXPECT_EQ(journal_.disk.Content(path), content);
}

TEST_F(JournalOpenTest, AFolderThatAnotherProcessHasIsRefused) {
  journal_.disk.HoldLock("/data/journal/lock", 4711);
  EXPECT_EQ(OpenError(), "journal: /data/journal/lock: held by process 4711; stop it first");
  EXPECT_EQ(code_, StatusCode::kUnavailable);
}

TEST_F(JournalOpenTest, TwoJournalsOfOneProcessDoNotShareAFolder) {
  ASSERT_TRUE(journal_.Open().ok());
  const auto second = Journal::Open(journal_.options, journal_.disk, journal_.journal_loop,
                                    *journal_.random, MetricScope(journal_.metrics, {}));
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("held by"));
}

TEST_F(JournalOpenTest, AReadOnlyFileSystemIsNamed) {
  Fill(journal_);
  journal_.disk.SetReadOnly(true);
  EXPECT_THAT(OpenError(), HasSubstr("Read-only file system"));
}

TEST_F(JournalOpenTest, AFolderOfSomebodyElseIsNamed) {
  journal_.disk.SetFault(
      [](CrashDisk::Op op, const std::string&) { return op == CrashDisk::Op::kLock ? EACCES : 0; });
  EXPECT_EQ(OpenError(),
            "journal: /data/journal/lock: lock: Permission denied; the folder must belong to the "
            "user that andond runs as");
}

TEST_F(JournalOpenTest, AFullDiskIsNamed) {
  journal_.disk.SetCapacity(64 << 10);
  EXPECT_THAT(OpenError(), HasSubstr("No space left on device"));
  journal_.disk.SetCapacity(UINT64_MAX);
  EXPECT_TRUE(journal_.Open().ok());
}

TEST_F(JournalOpenTest, AnOpeningThatWasCutOffAnywhereIsDoneAgain) {
  for (int call = 1; call < 40; ++call) {
    SCOPED_TRACE(call);
    JournalFixture journal(static_cast<uint64_t>(call));
    Fill(journal);
    int left = call;
    journal.disk.SetFault([&](CrashDisk::Op op, const std::string&) {
      if (op == CrashDisk::Op::kRead || op == CrashDisk::Op::kList) return 0;
      return --left == 0 ? CrashDisk::kPowerCut : 0;
    });
    static_cast<void>(journal.Open());
    journal.Kill();
    journal.disk.SetFault(nullptr);
    journal.disk.PowerOn();
    EXPECT_EQ(ReadAll(journal), Numbers(1, 100));
    EXPECT_EQ(journal.metrics.Sum("andon_journal_damaged_ranges_total"), 0u);
  }
}

TEST_F(JournalOpenTest, RestartsDoNotFillTheDiskWithEmptySegments) {
  for (int start = 0; start < 30; ++start) {
    ASSERT_TRUE(journal_.Open().ok());
    journal_.AddOutput("a").paused = true;
    journal_.Append(static_cast<uint64_t>(start) + 1, 1, {.route = journal_.RouteTo({"a"})});
    journal_.Settle();
    if (start % 2 == 0) {
      ASSERT_TRUE(journal_.Stop().ok());
    } else {
      journal_.Kill();
    }
  }
  uint64_t bytes = 0;
  for (const std::string& path : journal_.disk.Paths()) bytes += journal_.disk.Content(path).size();
  EXPECT_LT(bytes, 4 * journal_.options.segment_bytes);
  ASSERT_TRUE(journal_.Open().ok());
  TestOutput& a = journal_.AddOutput("a");
  journal_.Settle();
  EXPECT_EQ(a.numbers(), Numbers(1, 30));
}

}  // namespace
}  // namespace andon
