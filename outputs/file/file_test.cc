#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

// Writes the field "n" as a line.
class LineFormatter final : public Formatter {
 public:
  using Config = NoOptions;
  explicit LineFormatter(const Config& /*config*/) {}
  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    out.Append(std::to_string(entry.record.Find("n")->AsInt().value_or(-1)) + "\n");
  }
};
const Register<Formatter, LineFormatter> kLine("test_n", "the field n, for tests");

TestEvent Numbered(std::string_view tag, int n, EventTime time = kTestTime) {
  return EventFromJson(tag, "{\"n\":" + std::to_string(n) + "}", time);
}

// The machine's files, with errors, and without waiting for the disk.
class FaultyFiles final : public FileSystem {
 public:
  int fail_writes = 0;  // The next ones write the first half, then fail.
  int fail_syncs = 0;
  int fail_truncates = 0;
  int syncs = 0;
  std::vector<std::pair<uint64_t, uint64_t>> left_cache;  // Begin and end.

  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions& options) override {
    ASSIGN_OR_RETURN(auto file, real_.Open(path, options));
    return std::unique_ptr<File>(std::make_unique<Faulty>(*this, std::move(file)));
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return real_.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return real_.Remove(path); }
  Status MakeDirectory(const std::string& path, uint32_t permissions) override {
    return real_.MakeDirectory(path, permissions);
  }
  Result<std::vector<DirectoryEntry>> List(const std::string& path) override {
    return real_.List(path);
  }
  Status SyncDirectory(const std::string& path) override { return real_.List(path).status(); }
  Result<uint64_t> FreeBytes(const std::string& path) override { return real_.FreeBytes(path); }
  Result<std::unique_ptr<File>> Lock(const std::string& path) override { return real_.Lock(path); }

 private:
  static bool Take(int& count) { return count > 0 && count-- > 0; }
  class Faulty final : public File {
   public:
    Faulty(FaultyFiles& owner, std::unique_ptr<File> file)
        : owner_(owner), file_(std::move(file)) {}
    Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override {
      return file_->ReadAt(offset, to);
    }
    Status WriteAt(uint64_t offset, Bytes from, bool durable) override {
      if (!Take(owner_.fail_writes)) return file_->WriteAt(offset, from, durable);
      (void)file_->WriteAt(offset, from.first(from.size() / 2), durable);
      return Unavailable("write: No space left on device");
    }
    Status Sync() override {
      ++owner_.syncs;
      return Take(owner_.fail_syncs) ? Unavailable("fdatasync: Input/output error") : OkStatus();
    }
    Status Truncate(uint64_t size) override {
      return Take(owner_.fail_truncates) ? Unavailable("truncate: Input/output error")
                                         : file_->Truncate(size);
    }
    Status Allocate(uint64_t size) override { return file_->Allocate(size); }
    void LeaveCache(uint64_t offset, uint64_t size) override {
      owner_.left_cache.emplace_back(offset, offset + size);
      file_->LeaveCache(offset, size);
    }
    Result<uint64_t> Size() override { return file_->Size(); }
    Result<FileId> Id() override { return file_->Id(); }
    int last_error() const override { return file_->last_error(); }

   private:
    FaultyFiles& owner_;
    std::unique_ptr<File> file_;
  };
  FileSystem& real_ = RealFileSystem();
};

class FileTest : public testing::Test {
 protected:
  FileTest() {
    fixture.emplace(ContextOptions{.id = "f", .kind = "output", .files = &files});
    fixture->world.SetWallClock(kTestTime);
  }

  // `path` below the test's folder; more options may follow it.
  void Run(const std::string& path, const std::string& options = "") {
    output.reset();
    auto made = MakePlugin<Output>("file", "{path: '" + root + "/" + path +
                                               "', timezone: utc, format: test_n" +
                                               (options.empty() ? "" : ", " + options) + "}");
    ASSERT_THAT(made, IsOk());
    output = *std::move(made);
    ASSERT_THAT(output->Prepare(fixture->output()), IsOk());
    output->Start();
  }
  // As the flusher does: the answer's note is stored.
  void Write(const std::vector<TestEvent>& events) {
    const auto first = next;
    next += events.size();
    output->Write(MakeChunk(events, {.first = first}), [this](WriteResult result) {
      if (result.status.ok() && !result.note.empty()) fixture->output().note = result.note;
      results.push_back(std::move(result));
    });
  }
  void WriteAndWait(const std::vector<TestEvent>& events) {
    Write(events);
    fixture->world.RunUntilIdle();
  }
  std::string Read(const std::string& path) const {
    std::ifstream file(root + "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Put(const std::string& path, const std::string& text) const {
    std::ofstream(root + "/" + path, std::ios::binary | std::ios::app) << text;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), root));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string ReadGzip(const std::string& path) const {
    gzFile file = gzopen((root + "/" + path).c_str(), "rb");
    std::string text(1 << 20, '\0');
    text.resize(static_cast<size_t>(gzread(file, text.data(), 1 << 20)));
    gzclose(file);
    return text;
  }
  uint64_t Metric(const char* name) { return fixture->metrics.Sum(name); }

  TempFolder folder;
  const std::string& root = folder.path();
  FaultyFiles files;
  std::optional<ContextFixture> fixture;
  std::unique_ptr<Output> output;
  std::vector<WriteResult> results;
  Sequence next = 1;
};

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

TEST_F(FileTest, NoByteIsWrittenToAFileBeforeANoteThatNamesItIsDurable) {
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

TEST_F(FileTest, ANoteThatCannotBeStoredBringsTheChunkBack) {
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

TEST_F(FileTest, WhatTheCursorDoesNotHaveIsCutOffAtStart) {
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

TEST_F(FileTest, AShorterFileIsReportedAndGoesOn) {
  Run("x");
  WriteAndWait({Numbered("a", 1), Numbered("a", 2)});
  fs::resize_file(root + "/x", 2);
  Run("x");
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "1\n3\n");
  EXPECT_EQ(Metric("andon_file_missing_bytes_total"), 2u);
}

TEST_F(FileTest, AFileWithOtherContentsIsNotCut) {
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

TEST_F(FileTest, AFileThatWasMovedIsCutUnderItsNewName) {
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

TEST_F(FileTest, AWriteThatFailsIsCutBackAndComesAgain) {
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

TEST_F(FileTest, ACutThatFailsIsMadeUpForBeforeTheNextWrite) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  files.fail_writes = 1;
  files.fail_truncates = 1;
  WriteAndWait({Numbered("a", 3333)});
  EXPECT_EQ(Read("x"), "1\n33");
  WriteAndWait({Numbered("a", 4)});
  EXPECT_EQ(Read("x"), "1\n4\n");
}

TEST_F(FileTest, AFailedSyncTakesBackEveryChunkThatWaitedForIt) {
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

TEST_F(FileTest, AFailedSyncIsNotForgottenWhenALaterChunkIsCutBack) {
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

TEST_F(FileTest, AFileThatIsFullIsRotated) {
  Run("x", "rotate: {size: 4, keep: 2}");
  for (int n = 1; n <= 9; ++n) {
    WriteAndWait({Numbered("a", n)});
    fixture->world.Advance(1s);
  }
  EXPECT_THAT(Names(), ElementsAre("x", StartsWith("x.20270115-"), StartsWith("x.20270115-")));
  EXPECT_EQ(Read("x"), "9\n");
  EXPECT_EQ(Read(Names()[1]), "5\n6\n");
  EXPECT_EQ(Read(Names()[2]), "7\n8\n");
  EXPECT_EQ(Metric("andon_file_rotated_total"), 4u);
}

TEST_F(FileTest, RotationsWithinASecondGetNumbers) {
  Run("x", "rotate: {size: 2}");
  for (int n = 1; n <= 3; ++n) WriteAndWait({Numbered("a", n)});
  EXPECT_THAT(Names(), ElementsAre("x", MatchesRegex("x.20270115-[0-9]{6}"),
                                   MatchesRegex("x.20270115-[0-9]{6}-2")));
}

TEST_F(FileTest, AFileThatIsOldIsRotatedWithoutNewEvents) {
  Run("x", "rotate: {age: 1h}");
  WriteAndWait({Numbered("a", 1)});
  fixture->world.Advance(59min);
  EXPECT_THAT(Names(), SizeIs(1));
  fixture->world.Advance(2min);
  EXPECT_THAT(Names(), ElementsAre(MatchesRegex("x.20270115-[0-9]{6}")));
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileTest, RotatedFilesAreCompressed) {
  Run("x", "rotate: {size: 4}, compress: gzip");
  for (int n = 1; n <= 3; ++n) WriteAndWait({Numbered("a", n)});
  EXPECT_THAT(Names(), ElementsAre("x", MatchesRegex("x.20270115-[0-9]{6}.gz")));
  EXPECT_EQ(ReadGzip(Names()[1]), "1\n2\n");
  EXPECT_EQ(Metric("andon_file_compressed_total"), 1u);
}

TEST_F(FileTest, AFileWhoseTimeIsOverIsClosedAndCompressed) {
  Run("${tag}-%H", "compress: gzip, close_after: 1m");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_THAT(Names(), ElementsAre("a-08"));
  fixture->world.Advance(30min);
  EXPECT_THAT(Names(), ElementsAre("a-08"));  // Its hour is not over.
  fixture->world.Advance(1h);
  EXPECT_THAT(Names(), ElementsAre("a-08.gz"));
  WriteAndWait({Numbered("a", 2)});  // Late.
  EXPECT_EQ(Read("a-08"), "2\n");
  fixture->world.Advance(1h);
  EXPECT_THAT(Names(), ElementsAre("a-08-2.gz", "a-08.gz"));
  EXPECT_EQ(ReadGzip("a-08.gz"), "1\n");
  EXPECT_EQ(ReadGzip("a-08-2.gz"), "2\n");
}

TEST_F(FileTest, ACompressionThatWasInterruptedIsFinishedOnce) {
  Run("x", "rotate: {size: 2}, compress: zstd");
  WriteAndWait({Numbered("a", 1)});
  Write({Numbered("a", 2)});
  while (Metric("andon_file_rotated_total") == 0) ASSERT_TRUE(fixture->world.Step());
  const std::string noted = fixture->notes[1];
  ASSERT_THAT(noted, HasSubstr("pack\t"));
  output.reset();
  ASSERT_THAT(Names(), SizeIs(1));
  const std::string rotated = Names()[0];
  // Right after the target got its name, before the original was removed.
  Put(rotated + ".zst", "complete");
  fixture->output().note = noted;
  Run("x", "rotate: {size: 2}, compress: zstd");
  EXPECT_THAT(Names(), ElementsAre(rotated + ".zst"));
  EXPECT_EQ(Read(rotated + ".zst"), "complete");
}

TEST_F(FileTest, AFileThatLogrotateMovedIsLeftAndANewOneBegun) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  fs::rename(root + "/x", root + "/x.1");
  fixture->world.Advance(2s);
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x.1"), "1\n");
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileTest, AFileThatSomebodyEmptiedIsFollowed) {
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  fs::resize_file(root + "/x", 0);
  WriteAndWait({Numbered("a", 2)});
  EXPECT_EQ(Read("x"), "2\n");
}

TEST_F(FileTest, AnExistingFileIsAppendedToOrPutAside) {
  Put("x", "old\n");
  Run("x");
  WriteAndWait({Numbered("a", 1)});
  EXPECT_EQ(Read("x"), "old\n1\n");
  fixture->output().note.clear();
  Run("x", "append: false");
  WriteAndWait({Numbered("a", 2)});
  WriteAndWait({Numbered("a", 3)});
  EXPECT_EQ(Read("x"), "2\n3\n");
  EXPECT_THAT(Names(), ElementsAre("x", StartsWith("x.2027")));
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
