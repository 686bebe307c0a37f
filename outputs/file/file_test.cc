// What is written where, and when it is done.
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "test/support/file_output_fixture.h"

namespace andon {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using FileTest = FileOutputFixture;

TEST_F(FileTest, WritesEachEventToTheFileOfItsTagAndTime) {
  Run("${tag}/%Y-%m-%d.log");
  constexpr EventTime kNextDay{kTestTime.seconds + 86'400, 0};
  WriteAndWait({Numbered("a", 1), Numbered("b", 2), Numbered("a", 3, kNextDay), Numbered("a", 4)});
  EXPECT_THAT(Names(), ElementsAre("a/2027-01-15.log", "a/2027-01-16.log", "b/2027-01-15.log"));
  EXPECT_EQ(Read("a/2027-01-15.log"), "1\n4\n");
  EXPECT_EQ(Read("a/2027-01-16.log"), "3\n");
  EXPECT_EQ(Read("b/2027-01-15.log"), "2\n");
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, IsOk());
}

TEST_F(FileTest, OnlyTheEndOfAFileStaysInThePageCache) {
  Run("x", "page_cache: 1MiB");
  const std::vector<TestEvent> events(100'000, Numbered("a", 1'234'567));
  WriteAndWait(events);
  EXPECT_THAT(files.left_cache, IsEmpty());  // Not worth a call.
  for (int i = 0; i < 4; ++i) WriteAndWait(events);
  constexpr uint64_t kMebibyte = uint64_t{1} << 20;
  EXPECT_THAT(files.left_cache,
              ElementsAre(std::pair(uint64_t{0}, 2'400'000 - kMebibyte),
                          // What was not durable then is tried again.
                          std::pair(2'400'000 - 2 * kMebibyte, 4'000'000 - kMebibyte)));
}

TEST_F(FileTest, WholePagesOfMuchGoPastTheCacheAndTheEndsOfTheFileThroughIt) {
  Run("x");
  const std::vector<TestEvent> events(50'000, Numbered("a", 1'234'567));
  WriteAndWait(events);
  EXPECT_THAT(files.past_cache, IsEmpty());  // There was no memory yet that could be shared out.
  WriteAndWait(events);
  WriteAndWait({Numbered("a", 1)});
  for (int i = 0; i < 2; ++i) WriteAndWait(events);
  EXPECT_THAT(files.past_cache,
              ElementsAre(std::pair(98 * kDirectAlignment, 195 * kDirectAlignment),
                          std::pair(293 * kDirectAlignment, 390 * kDirectAlignment)));
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += "1234567\n";
  all += "1\n";
  for (int i = 0; i < 100'000; ++i) all += "1234567\n";
  EXPECT_TRUE(Read("x") == all);
}

TEST_F(FileTest, WhoFollowsAFileFindsItInTheCache) {
  Run("x");
  const std::vector<TestEvent> events(50'000, Numbered("a", 1'234'567));
  for (int i = 0; i < 2; ++i) WriteAndWait(events);
  EXPECT_THAT(files.past_cache, SizeIs(1));
  files.in_cache = true;
  for (int i = 0; i < 3; ++i) WriteAndWait(events);
  EXPECT_THAT(files.past_cache, SizeIs(1));
  // Nobody may be there any more.
  fixture->world.Advance(std::chrono::seconds(10));
  files.in_cache = false;
  for (int i = 0; i < 3; ++i) WriteAndWait(events);
  EXPECT_THAT(files.past_cache, SizeIs(4));
  EXPECT_EQ(Read("x").size(), 8 * 400'000u);
}

TEST_F(FileTest, MuchThatIsNotWrittenWholeIsCutBackAndWrittenAgain) {
  Run("x");
  const std::vector<TestEvent> events(51'200, Numbered("a", 1'234'567));  // Whole pages.
  for (int i = 0; i < 2; ++i) WriteAndWait(events);
  ASSERT_THAT(files.past_cache, SizeIs(1));
  const std::string before = Read("x");
  files.fail_writes = 1;
  WriteAndWait(events);
  EXPECT_THAT(files.past_cache, SizeIs(2));
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_THAT(results[2].status, StatusIs(StatusCode::kUnavailable, HasSubstr("No space")));
  EXPECT_TRUE(Read("x") == before);
  WriteAndWait(events);
  EXPECT_THAT(files.past_cache, SizeIs(3));
  EXPECT_THAT(results.back().status, IsOk());
  EXPECT_EQ(Read("x").size(), 3 * 8 * 51'200u);
}

TEST_F(FileTest, ChunksThatComeTogetherShareOneSyncAndEachHasItsOwnLengths) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  files.syncs = 0;
  Write({Numbered("a", 2)});
  Write({Numbered("a", 3)});
  fixture->world.RunUntilIdle();
  EXPECT_EQ(files.syncs, 1);
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_THAT(results[1].note, HasSubstr("\t4\t"));
  EXPECT_THAT(results[2].note, HasSubstr("\t6\t"));
}

TEST_F(FileTest, SyncOsNeverWaitsForTheDisk) {
  Run("x", "sync: os");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_THAT(results, SizeIs(1));
  EXPECT_EQ(files.syncs, 0);
}

TEST_F(FileTest, EventsWithoutAPathAreRejectedAloneWithTheReason) {
  Run("${tag_parts[1]}");
  WriteAndWait({Numbered("a.x", 1), Numbered("a", 2), Numbered("a.x", 3)});
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, IsOk());
  ASSERT_THAT(results[0].rejected, SizeIs(1));
  EXPECT_EQ(results[0].rejected[0].event, 2u);
  EXPECT_THAT(results[0].rejected[0].reason, HasSubstr("fewer parts"));
  EXPECT_EQ(Read("x"), "1\n3\n");
}

TEST_F(FileTest, EventsGoToTheFileOfTheirField) {
  Run("${record[\"h\"]}/%d.log", "max_open_files: 1");
  const auto from = [](int n, const std::string& host) {
    return EventFromJson("a", "{\"n\":" + std::to_string(n) + ",\"h\":\"" + host + "\"}");
  };
  WriteAndWait({from(1, "x"), from(2, "y"), from(3, "x"), Numbered("a", 4), from(5, "../x")});
  EXPECT_THAT(Names(), ElementsAre("_._x/15.log", "x/15.log", "y/15.log"));
  EXPECT_EQ(Read("x/15.log"), "1\n3\n");
  EXPECT_EQ(Read("y/15.log"), "2\n");
  EXPECT_EQ(Read("_._x/15.log"), "5\n");
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, IsOk());
  ASSERT_THAT(results[0].rejected, SizeIs(1));
  EXPECT_EQ(results[0].rejected[0].event, 4u);
  EXPECT_THAT(results[0].rejected[0].reason, HasSubstr("field [\"h\"]"));
}

TEST_F(FileTest, WhoNamesAFolderOrGoesThroughAFileHoldsUpNobody) {
  fs::create_directories(root + "/logs/folder");
  Put("logs/file", "");
  Run("logs/${tag}");
  WriteAndWait({Numbered("folder", 1), Numbered("good", 2)});
  Run("logs/${tag}/x");
  WriteAndWait({Numbered("file", 3), Numbered("other", 4)});
  EXPECT_EQ(Read("logs/good"), "2\n");
  EXPECT_EQ(Read("logs/other/x"), "4\n");
  ASSERT_THAT(results, SizeIs(2));
  for (const auto& result : results) {
    EXPECT_THAT(result.status, IsOk());
    ASSERT_THAT(result.rejected, SizeIs(1));
  }
  EXPECT_THAT(results[0].rejected[0].reason, HasSubstr("is a folder's"));
  EXPECT_THAT(results[1].rejected[0].reason, HasSubstr("is a file"));
}

TEST_F(FileTest, TheNoteStaysShortHoweverLongTagsAre) {
  Run("${tag_parts[0]}", "sync: os, max_open_files: 4096");
  const std::string long_part(1000, 't');
  std::vector<TestEvent> events;
  for (int i = 0; i < 500; ++i) events.push_back(Numbered(std::to_string(i) + "." + long_part, i));
  for (int chunks = 0; !events.empty(); ++chunks) {
    ASSERT_LT(chunks, 20);
    const Sequence first = next;
    WriteAndWait(events);
    const auto& again = results.back().again;
    const Sequence end = again.empty() ? next : again.front().first;
    events.erase(events.begin(), events.begin() + static_cast<ptrdiff_t>(end - first));
    EXPECT_LT(fixture->output().note.size(), size_t{600} << 10);
  }
  EXPECT_THAT(Names(), SizeIs(500));
}

TEST_F(FileTest, AChunkOfVeryManyFilesIsTakenInParts) {
  Run("${tag}", "max_open_files: 8");
  std::vector<TestEvent> events;
  for (int i = 0; i < 1500; ++i) events.push_back(Numbered("t" + std::to_string(i), i));
  WriteAndWait(events);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, IsOk());
  EXPECT_THAT(results[0].again, ElementsAre(Range{1025, 1500}));
  WriteAndWait({events.begin() + 1024, events.end()});
  EXPECT_THAT(Names(), SizeIs(1500));
  for (int i = 0; i < 1500; ++i) {
    EXPECT_EQ(Read("t" + std::to_string(i)), std::to_string(i) + "\n");
  }
}

TEST_F(FileTest, FilesThatWereClosedForOthersGoOnAtTheirEnd) {
  Run("${tag}", "max_open_files: 2");
  for (int round = 0; round < 3; ++round) {
    for (const char* tag : {"a", "b", "c", "d"}) WriteAndWait({Numbered(tag, round)});
  }
  for (const char* tag : {"a", "b", "c", "d"}) EXPECT_EQ(Read(tag), "0\n1\n2\n");
}

TEST_F(FileTest, NewFilesGetThePermissionsAskedFor) {
  const mode_t umask_before = umask(0);
  Run("sub/x", "permissions: '0604', folder_permissions: '0711'");
  WriteAndWait({Numbered("a", 1)});
  umask(umask_before);
  struct stat info {};
  ASSERT_EQ(stat((root + "/sub/x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0604u);
  ASSERT_EQ(stat((root + "/sub").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0711u);
}

TEST_F(FileTest, AFolderThatCannotBeMadeIsSaidClearlyAndTriedAgain) {
  Put("sub", "a file");
  Run("sub/x");
  WriteAndWait({Numbered("a", 1)});
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, StatusIs(StatusCode::kUnavailable, HasSubstr(root + "/sub")));
  fs::remove(root + "/sub");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_EQ(Read("sub/x"), "1\n");
}

TEST_F(FileTest, StopAnswersEverything) {
  Run("x");
  Write({Numbered("a", 1)});
  bool stopped = false;
  output->Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].status, StatusIs(StatusCode::kUnavailable, HasSubstr("stopped")));
  fixture->world.RunUntilIdle();
  EXPECT_THAT(results, SizeIs(1));
}

TEST_F(FileTest, NamesEveryMistake) {
  const auto made = MakePlugin<Output>(
      "file", "{path: '/l/%Q', permissions: '999', max_open_files: 0, compress: bzip2}");
  ASSERT_FALSE(made.ok());
  const std::string message(made.status().message());
  EXPECT_THAT(message, HasSubstr("\"%Q\""));
  EXPECT_THAT(message, HasSubstr("must be octal"));
  EXPECT_THAT(message, HasSubstr("1 to 4096"));
  EXPECT_THAT(message, HasSubstr("must be one of none, gzip, zstd"));
}

}  // namespace
}  // namespace andon
