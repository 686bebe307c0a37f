#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "inputs/tail/position.h"
#include "test/support/tail_fixture.h"

namespace andon::tail {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using TailRotationTest = TailFixture;

TEST_F(TailRotationTest, ARenamedFileIsReadToItsEnd) {
  Append("a.log", "1\n");
  Run();
  Rename("a.log", "a.log.1");
  Append("a.log.1", "2\n");
  Append("a.log", "3\n");
  Settle();
  EXPECT_THAT(Messages(), UnorderedElementsAre("1", "2", "3"));
  Append("a.log.1", "late\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("late"));
  fixture.world.Advance(60s);
  Append("a.log.1", "very late\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("very late"));
}

TEST_F(TailRotationTest, ARenamedFileThatStillMatchesIsNotReadAgain) {
  Append("a.log", "1\n");
  Run("a.log*");
  Rename("a.log", "a.log.1");
  Append("a.log", "2\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
  Stop();
  Rename("a.log.1", "a.log.2");
  Rename("a.log", "a.log.1");
  Append("a.log", "3\n");
  Run("a.log*");
  EXPECT_THAT(Messages(), ElementsAre("3"));
}

TEST_F(TailRotationTest, AFileThatWasRenamedWhileDownIsReadToItsEnd) {
  Append("a.log", "1\n");
  Run();
  Stop();
  Append("a.log", "2\n");
  Rename("a.log", "a.log.1");
  Append("a.log", "3\n");
  Run();
  EXPECT_THAT(Messages(), UnorderedElementsAre("1", "2", "3"));
}

TEST_F(TailRotationTest, ALineWithoutItsEndIsSentWhenItsFileIsRotated) {
  Append("a.log", "half");
  Run("*.log", "read_from: head, flush_after: 0, rotate_wait: 1s");
  fixture.world.Advance(60s);
  EXPECT_THAT(Messages(), IsEmpty());
  Rename("a.log", "a.log.1");
  fixture.world.Advance(2s);
  EXPECT_THAT(Messages(), ElementsAre("half"));
}

TEST_F(TailRotationTest, CopyTruncateBeginsAnew) {
  Append("a.log", "1\n2\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
  Truncate("a.log");
  Append("a.log", "3\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("3"));
  Truncate("a.log");
  Settle();
  Append("a.log", "4\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("4"));
}

TEST_F(TailRotationTest, ATruncatedFileThatHasGrownLargerIsNoticed) {
  Append("a.log", "first\n");
  Run();
  Truncate("a.log");
  Append("a.log", "other contents, longer than before\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("first", "other contents, longer than before"));
}

TEST_F(TailRotationTest, CopyTruncateWhileDownBeginsAnew) {
  Append("a.log", "1\n2\n");
  Run();
  Messages();
  Stop();
  Truncate("a.log");
  Append("a.log", "other\nlonger than it was before\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("other", "longer than it was before"));
}

TEST_F(TailRotationTest, AFileThatLostItsEndIsResumedAtACheckpointAndTheOverlapCounted) {
  std::string text;
  Run();
  for (int i = 0; i < 200; ++i) {
    const std::string line = "line number " + std::to_string(1000 + i) + "\n";
    Append("a.log", line);
    text += line;
    Settle();
  }
  EXPECT_THAT(Messages(), SizeIs(200));
  Stop();
  // A power cut: the last lines never reached the disk, and others were written since.
  Truncate("a.log", text.size() - 40);
  Append("a.log", "\nafter the restart, and this goes well beyond what was there before\n");
  Run();
  const std::vector<std::string> messages = Messages();
  EXPECT_LT(messages.size(), 40u);
  EXPECT_EQ(messages.back(), "after the restart, and this goes well beyond what was there before");
  EXPECT_EQ(messages[0], "line number " + std::to_string(1199 - messages.size()));
  EXPECT_GT(Metric("andon_tail_overlap_bytes_total"), 0u);
}

TEST_F(TailRotationTest, ANewFileWithTheInodeOfAnOldOneIsReadFromItsHead) {
  Append("a.log", "old contents\n");
  Run();
  Messages();
  Stop();
  // As if the old file's inode had been given to this one: same identity, other contents.
  struct stat info {};
  Append("b.log", "new contents\n");
  ASSERT_EQ(stat((root + "/b.log").c_str(), &info), 0);
  std::string stored;
  fixture.positions.ForEach("tail:tail:",
                            [&](std::string_view, std::string_view value) { stored = value; });
  ASSERT_FALSE(stored.empty());
  fixture.positions.Set(FileSource("tail", {info.st_dev, info.st_ino}), stored);
  fs::remove(root + "/a.log");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("new contents"));
}

TEST_F(TailRotationTest, APositionIsErasedWhenItsFileIsRemoved) {
  Append("a.log", "1\n");
  Run();
  EXPECT_EQ(fixture.positions.size(), 2u);  // The file's, and that the input has run.
  fs::remove(root + "/a.log");
  fixture.world.Advance(10s);
  EXPECT_EQ(fixture.positions.size(), 1u);
  EXPECT_THAT(Messages(), ElementsAre("1"));
}

TEST_F(TailRotationTest, APositionOfARenamedFileIsErasedAfterADay) {
  Append("a.log", "1\n");
  Run();
  Rename("a.log", "old");
  fixture.world.Advance(1h);
  EXPECT_EQ(fixture.positions.size(), 2u);
  fixture.world.Advance(24h);
  EXPECT_EQ(fixture.positions.size(), 1u);
}

// While it lives, nothing can be opened.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class TailRenamedTest : public TailRotationTest {
 protected:
  // A file that was read and closed has got more, and has another name now.
  void RenameClosed(const std::string& refresh_interval) {
    Append("a.log", "1\n");
    Run("*.log", "read_from: head, close_after: 1s, refresh_interval: " + refresh_interval);
    fixture.world.Advance(5s);
    EXPECT_THAT(Messages(), ElementsAre("1"));
    Append("a.log", "2\n");
    Rename("a.log", "a.log.1");
  }
};

TEST_F(TailRenamedTest, AFileThatCannotBeOpenedIsTriedAgain) {
  RenameClosed("10s");
  {
    const NoMoreDescriptors none;
    Settle();
    EXPECT_THAT(Messages(), IsEmpty());
  }
  fixture.world.Advance(11s);
  EXPECT_THAT(Messages(), ElementsAre("2"));
}

TEST_F(TailRenamedTest, APositionIsKeptWhileItsFileHasMoreThanWasRead) {
  RenameClosed("1h");
  {
    const NoMoreDescriptors none;
    fixture.world.Advance(72h);
    EXPECT_EQ(fixture.positions.size(), 2u);
  }
  fixture.world.Advance(2h);
  EXPECT_THAT(Messages(), ElementsAre("2"));
}

TEST_F(TailRotationTest, APositionWhoseFileIsMissingIsErasedAfterAWeek) {
  Append("a.log", "1\n");
  Run();
  Stop();
  fs::remove(root + "/a.log");
  Run();
  fixture.world.Advance(24h * 6);
  EXPECT_EQ(fixture.positions.size(), 2u);
  fixture.world.Advance(24h * 2);
  EXPECT_EQ(fixture.positions.size(), 1u);
}

TEST_F(TailRotationTest, WhatWasWrittenBeforeAFileWasRemovedIsRead) {
  Append("a.log", "1\n");
  Run();
  Append("a.log", "2\n");
  fs::remove(root + "/a.log");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
}

TEST_F(TailRotationTest, ADeviceNumberThatChangedIsNoNewFile) {
  Append("a.log", "1\n");
  Run();
  Messages();
  Stop();
  struct stat info {};
  ASSERT_EQ(stat((root + "/a.log").c_str(), &info), 0);
  const std::string source = FileSource("tail", {info.st_dev, info.st_ino});
  const std::string value = *fixture.positions.Find(source);
  fixture.positions.Store({source, {}, Position::Kind::kErase});
  fixture.positions.Set(FileSource("tail", {info.st_dev + 1, info.st_ino}), value);
  Append("a.log", "2\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("2"));
  EXPECT_EQ(fixture.positions.size(), 2u);
  EXPECT_TRUE(fixture.positions.Find(source).has_value());
}

}  // namespace
}  // namespace andon::tail
