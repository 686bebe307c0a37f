// Folders that cannot be opened, and those that can although much has happened to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/crc32c.h"
#include "core/journal/format.h"
#include "test/support/filled_journal.h"

namespace andon {
namespace {

using ::testing::HasSubstr;

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
  FillJournal(journal_);
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
  FillJournal(journal_);
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
    FillJournal(journal);
    int left = call;
    journal.disk.SetFault([&](CrashDisk::Op op, const std::string&) {
      if (op == CrashDisk::Op::kRead || op == CrashDisk::Op::kList) return 0;
      return --left == 0 ? CrashDisk::kPowerCut : 0;
    });
    static_cast<void>(journal.Open());
    journal.Kill();
    journal.disk.SetFault(nullptr);
    journal.disk.PowerOn();
    EXPECT_EQ(ReadFilled(journal), Numbers(1, 100));
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
