// What is cut off again: after a restart, and where a write or a sync failed.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "test/support/file_output_fixture.h"

namespace andon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using FileRecoveryTest = FileOutputFixture;

TEST_F(FileRecoveryTest, NoByteIsWrittenToAFileBeforeANoteThatNamesItIsDurable) {
  std::vector<UniqueFunction<void(Status)>> held;
  fixture->output().save_note = [&](const std::string& note, UniqueFunction<void(Status)> done) {
    EXPECT_THAT(note, HasSubstr(root + "/x"));
    held.push_back(std::move(done));
  };
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(Read("x"), "");
  EXPECT_THAT(results, IsEmpty());
  held[0](OkStatus());
  fixture->world.RunUntilIdle();
  EXPECT_EQ(Read("x"), "1\n");
  EXPECT_THAT(results, SizeIs(1));
  WriteAndWait({Numbered("a", 2)});
  EXPECT_THAT(held, SizeIs(1));  // Once a file.
}

TEST_F(FileRecoveryTest, ANoteThatCannotBeStoredBringsTheChunkBack) {
  fixture->note_status = Unavailable("journal: no space");
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, StatusIs(StatusCode::kUnavailable, "journal: no space"));
  EXPECT_EQ(Read("x"), "");
  fixture->note_status = OkStatus();
  WriteAndWait({Numbered("a", 1)});
  EXPECT_EQ(Read("x"), "1\n");
}

TEST_F(FileRecoveryTest, WhatTheCursorDoesNotHaveIsCutOffAtStart) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  const std::string durable = fixture->output().note;
  WriteAndWait({Numbered("a", 2)});
  fixture->output().note = durable;  // The crash came before the cursor was stored.
  Run("x");
  EXPECT_EQ(Read("x"), "1\n");
  EXPECT_EQ(Metric("andon_file_cut_bytes_total"), 2u);
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x"), "1\n2\n");
}

TEST_F(FileRecoveryTest, AShorterFileIsReportedAndGoesOn) {
  Run("x");
  WriteAndWait({Numbered("a", 1), Numbered("a", 2)});
  fs::resize_file(root + "/x", 2);
  Run("x");
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "1\n3\n");
  EXPECT_EQ(Metric("andon_file_missing_bytes_total"), 2u);
}

TEST_F(FileRecoveryTest, AFileWithOtherContentsIsNotCut) {
  Run("x");
  WriteAndWait({Numbered("a", 1), Numbered("a", 2)});
  {
    std::ofstream file(root + "/x", std::ios::binary);  // The same inode.
    file << "somebody else's\n";
  }
  Run("x");
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "somebody else's\n3\n");
  EXPECT_EQ(Metric("andon_file_cut_bytes_total"), 0u);
}

TEST_F(FileRecoveryTest, AFileThatWasMovedIsCutUnderItsNewName) {
  Run("x.log");
  WriteAndWait({Numbered("a", 1)});
  const std::string durable = fixture->output().note;
  WriteAndWait({Numbered("a", 2)});
  fixture->output().note = durable;
  fs::rename(root + "/x.log", root + "/x.log.1");
  Run("x.log");
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x.log.1"), "1\n");
  EXPECT_EQ(Read("x.log"), "2\n");
}

TEST_F(FileRecoveryTest, AWriteThatFailsIsCutBackAndComesAgain) {
  Run("${tag}");
  WriteAndWait({Numbered("a", 1), Numbered("b", 2)});
  files.fail_writes = 1;
  WriteAndWait({Numbered("a", 33), Numbered("b", 44)});
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_THAT(results[1].status,
              StatusIs(StatusCode::kUnavailable, HasSubstr("No space left on device")));
  EXPECT_EQ(Read("a"), "1\n");
  EXPECT_EQ(Read("b"), "2\n");
  WriteAndWait({Numbered("a", 33), Numbered("b", 44)});
  EXPECT_EQ(Read("a"), "1\n33\n");
  EXPECT_EQ(Read("b"), "2\n44\n");
}

TEST_F(FileRecoveryTest, ACutThatFailsIsMadeUpForBeforeTheNextWrite) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  files.fail_writes = 1;
  files.fail_truncates = 1;
  WriteAndWait({Numbered("a", 3333)});
  EXPECT_EQ(Read("x"), "1\n33");
  WriteAndWait({Numbered("a", 4)});
  EXPECT_EQ(Read("x"), "1\n4\n");
}

TEST_F(FileRecoveryTest, AFailedSyncTakesBackEveryChunkThatWaitedForIt) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  files.fail_syncs = 1;
  Write({Numbered("a", 2)});
  Write({Numbered("a", 3)});
  fixture->world.RunUntilIdle();
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_FALSE(results[1].status.ok());
  EXPECT_FALSE(results[2].status.ok());
  EXPECT_EQ(Read("x"), "1\n");
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "1\n3\n");
}

TEST_F(FileRecoveryTest, AFailedSyncIsNotForgottenWhenALaterChunkIsCutBack) {
  Run("${tag}", "max_open_files: 1");
  WriteAndWait({Numbered("a", 1), Numbered("b", 1)});
  files.fail_syncs = 1;
  files.fail_writes = 0;
  Write({Numbered("a", 2)});
  Write({Numbered("b", 2)});  // Closes a for b, and cannot sync it.
  Write({Numbered("a", 3)});
  fixture->world.RunUntilIdle();
  ASSERT_THAT(results, SizeIs(4));
  EXPECT_FALSE(results[1].status.ok());
  EXPECT_EQ(Read("a"), "1\n");
}

}  // namespace
}  // namespace andon
