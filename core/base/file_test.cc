#include "core/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/posix_file.h"
#include "test/support/temp_folder.h"

namespace andon {
namespace {

constexpr size_t kBlock = 4096;

class FileTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  std::unique_ptr<File> Open(const std::string& name, const OpenOptions& options) {
    auto file = files_.Open(Path(name), options);
    EXPECT_TRUE(file.ok()) << file.status().message();
    return *std::move(file);
  }
  std::string Content(const std::string& name) { return ReadFile(files_, Path(name)).value(); }

  FileSystem& files_ = RealFileSystem();
  TempFolder folder_;
};

TEST_F(FileTest, WhatIsWrittenIsReadBackAtAnyOffset) {
  const auto file = Open("a", {.mode = OpenMode::kCreateNew});
  ASSERT_TRUE(file->WriteAt(0, AsBytes("hello world"), false).ok());
  ASSERT_TRUE(file->WriteAt(6, AsBytes("there"), true).ok());
  std::array<std::byte, 100> to;
  EXPECT_EQ(file->ReadAt(3, to).value(), 8u);
  EXPECT_EQ(AsText(Bytes(to).first(8)), "lo there");
  EXPECT_EQ(file->ReadAt(11, to).value(), 0u);
  EXPECT_EQ(file->ReadAt(1000, to).value(), 0u);
  EXPECT_EQ(file->Size().value(), 11u);
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_TRUE(file->Truncate(5).ok());
  EXPECT_EQ(Content("a"), "hello");
  EXPECT_EQ(file->last_error(), 0);
}

TEST_F(FileTest, PartsMayGoPastThePageCacheAndTheRestGoesThroughIt) {
  const auto file = Open("a", {.mode = OpenMode::kCreateNew});
  const std::string front(kBlock + 100, 'f');
  const std::string back(100, 'b');
  const std::unique_ptr<std::byte, decltype(&std::free)> memory(
      static_cast<std::byte*>(std::aligned_alloc(kBlock, 4 * kBlock)), std::free);
  const std::span<std::byte> middle(memory.get(), 4 * kBlock);
  std::fill(middle.begin(), middle.end(), std::byte{'m'});
  ASSERT_TRUE(file->WriteAt(0, AsBytes(front), false).ok());
  ASSERT_TRUE(file->WriteDirectAt(2 * kBlock, middle).ok());
  ASSERT_TRUE(file->WriteAt(6 * kBlock, AsBytes(back), false).ok());
  EXPECT_TRUE(file->InCache(0, kBlock));
  // On a file system that has a cache only it is there, and that is no error.
  (void)file->InCache(2 * kBlock, 4 * kBlock);
  EXPECT_TRUE(file->InCache(5 * kBlock, kBlock + 1));
  std::string gap(kBlock - 100, '\0');
  EXPECT_EQ(Content("a"), front + gap + std::string(4 * kBlock, 'm') + back);
  EXPECT_TRUE(file->InCache(2 * kBlock, 4 * kBlock));
  EXPECT_TRUE(file->Sync().ok());
}

TEST_F(FileTest, EachModeOpensWhatItSays) {
  EXPECT_FALSE(files_.Open(Path("a"), {.mode = OpenMode::kRead}).ok());
  EXPECT_FALSE(files_.Open(Path("a"), {.mode = OpenMode::kWrite}).ok());
  Open("a", {.mode = OpenMode::kCreate, .permissions = 0600});
  struct stat info {};
  ASSERT_EQ(stat(Path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(files_.Open(Path("a"), {.mode = OpenMode::kCreateNew}).ok());
  const auto read = Open("a", {});
  const Status refused = read->WriteAt(0, AsBytes("x"), false);
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(), Path("a") + ": write 1 bytes at 0: Bad file descriptor");
  EXPECT_EQ(read->last_error(), EBADF);
}

// How many of the first bytes are in memory.
size_t CachedBytes(const std::string& path, size_t size) {
  const int fd = open(path.c_str(), O_RDONLY);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  std::vector<unsigned char> pages(size / kBlock);
  EXPECT_EQ(mincore(mapped, size, pages.data()), 0);
  munmap(mapped, size);
  close(fd);
  return kBlock * static_cast<size_t>(std::ranges::count_if(
                      pages, [](unsigned char page) { return (page & 1) != 0; }));
}

TEST_F(FileTest, WhatIsDurableLeavesTheCacheOnRequest) {
  const auto file = Open("a", {.mode = OpenMode::kCreateNew});
  const std::string text(16 * kBlock, 'x');
  ASSERT_TRUE(file->WriteAt(0, AsBytes(text), false).ok());
  ASSERT_TRUE(file->Sync().ok());
  file->LeaveCache(0, 0);
  ASSERT_EQ(CachedBytes(Path("a"), text.size()), text.size());
  file->LeaveCache(0, 8 * kBlock);
  // A file system in memory keeps all.
  EXPECT_THAT(CachedBytes(Path("a"), text.size()), testing::AnyOf(8 * kBlock, 16 * kBlock));
  EXPECT_EQ(Content("a"), text);
}

TEST_F(FileTest, OneFileHasOneIdUnderAnyName) {
  const auto a = Open("a", {.mode = OpenMode::kCreate});
  const auto b = Open("b", {.mode = OpenMode::kCreate});
  const FileId id = a->Id().value();
  EXPECT_NE(id, b->Id().value());
  ASSERT_TRUE(files_.Rename(Path("a"), Path("c")).ok());
  EXPECT_EQ(Open("c", {})->Id().value(), id);
}

struct FreeMemory {
  void operator()(std::byte* p) const { std::free(p); }
};
using Aligned = std::unique_ptr<std::byte[], FreeMemory>;
Aligned AllocateAligned(size_t size, std::byte fill) {
  Aligned memory(static_cast<std::byte*>(std::aligned_alloc(kBlock, size)));
  std::fill_n(memory.get(), size, fill);
  return memory;
}

void WriteAndReadDirect(FileSystem& files, const std::string& path) {
  auto opened = files.Open(path, {.mode = OpenMode::kCreateNew, .direct = true});
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  File& file = **opened;
  const Aligned from = AllocateAligned(2 * kBlock, std::byte{0x5a});
  ASSERT_TRUE(file.Allocate(8 * kBlock).ok());
  const Status wrote = file.WriteAt(kBlock, {from.get(), 2 * kBlock}, true);
  ASSERT_TRUE(wrote.ok()) << wrote.message();
  ASSERT_TRUE(file.Truncate(3 * kBlock - 100).ok());
  const Aligned to = AllocateAligned(4 * kBlock, std::byte{0});
  EXPECT_EQ(file.ReadAt(0, {to.get(), 4 * kBlock}).value(), 3 * kBlock - 100);
  EXPECT_EQ(to[kBlock - 1], std::byte{0});
  EXPECT_EQ(to[kBlock], std::byte{0x5a});
  EXPECT_EQ(to[3 * kBlock - 101], std::byte{0x5a});
}

TEST_F(FileTest, DirectWritesAreThereAndAShortReadIsTheEnd) {
  WriteAndReadDirect(files_, Path("direct"));
}

TEST_F(FileTest, WhereDirectIsRefusedTheFileIsBuffered) {
  // Memory file systems refused O_DIRECT until Linux 6.6 and take it since: both must work.
  const std::string path = "/dev/shm/andon_file_test_" + std::to_string(getpid());
  WriteAndReadDirect(files_, path);
  std::filesystem::remove(path);
}

TEST_F(FileTest, AMisalignedDirectCallFailsAndTheFileStaysDirect) {
  const int fd = open(Path("d").c_str(), O_RDWR | O_CREAT | O_DIRECT, 0600);
  if (fd < 0) GTEST_SKIP() << "no O_DIRECT here";
  PosixFile file(fd, Path("d"), true);
  const Aligned from = AllocateAligned(2 * kBlock, std::byte{1});
  ASSERT_TRUE(file.WriteAt(0, {from.get(), 2 * kBlock}, false).ok());
  EXPECT_FALSE(file.WriteAt(1, {from.get() + 1, 100}, false).ok());
  EXPECT_EQ(file.last_error(), EINVAL);
  EXPECT_TRUE(file.direct());
}

TEST_F(FileTest, AFullDiskIsNamed) {
  const auto file = files_.Open("/dev/full", {.mode = OpenMode::kWrite});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->WriteAt(0, AsBytes("x"), false).message(),
            "/dev/full: write 1 bytes at 0: No space left on device");
  EXPECT_EQ((*file)->last_error(), ENOSPC);
}

TEST_F(FileTest, APipeIsReadToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "a: 1\n", 5), 5);
  close(ends[1]);
  const auto text = ReadFile(files_, "/dev/fd/" + std::to_string(ends[0]), 1000);
  close(ends[0]);
  EXPECT_EQ(text.value(), "a: 1\n");
}

TEST_F(FileTest, FoldersAreMadeWithTheirParentsAndListedByName) {
  ASSERT_TRUE(files_.MakeDirectory(Path("x/y/z"), 0750).ok());
  ASSERT_TRUE(files_.MakeDirectory(Path("x/y/z"), 0750).ok());
  ASSERT_TRUE(Open("x/y/b", {.mode = OpenMode::kCreate})->WriteAt(0, AsBytes("12"), false).ok());
  Open("x/y/a", {.mode = OpenMode::kCreate});
  const auto entries = files_.List(Path("x/y")).value();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[1].name, "b");
  EXPECT_EQ(entries[1].size_bytes, 2u);
  EXPECT_EQ(entries[2].name, "z");
  EXPECT_TRUE(files_.SyncDirectory(Path("x/y")).ok());
  EXPECT_TRUE(files_.Remove(Path("x/y/z")).ok());
  EXPECT_EQ(files_.Remove(Path("x/y/z")).message(),
            Path("x/y/z") + ": remove: No such file or directory");
  EXPECT_EQ(files_.MakeDirectory(Path("x/y/a/c"), 0750).message(),
            Path("x/y/a") + ": make folder: Not a directory");
  EXPECT_FALSE(files_.List(Path("nowhere")).ok());
  EXPECT_FALSE(files_.SyncDirectory(Path("nowhere")).ok());
  EXPECT_GT(files_.FreeBytes(folder_.path()).value(), 0u);
}

TEST_F(FileTest, ALockIsHeldByOneAndNamesTheHolder) {
  auto first = files_.Lock(Path("lock"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Content("lock"), std::to_string(getpid()) + "\n");
  const auto second = files_.Lock(Path("lock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            Path("lock") + ": held by process " + std::to_string(getpid()) + "; stop it first");
  first->reset();
  EXPECT_TRUE(files_.Lock(Path("lock")).ok());
}

TEST_F(FileTest, AHolderThatLeftNoNumberIsStillRefused) {
  auto first = files_.Lock(Path("lock"));
  ASSERT_TRUE((*first)->Truncate(0).ok());
  EXPECT_EQ(files_.Lock(Path("lock")).status().message(),
            Path("lock") + ": held by another process; stop it first");
}

TEST_F(FileTest, ALongNumberInTheLockFileIsReplacedWhole) {
  ASSERT_TRUE(Open("lock", {.mode = OpenMode::kCreate})
                  ->WriteAt(0, AsBytes("99999999999999\nmore"), false)
                  .ok());
  const auto lock = files_.Lock(Path("lock"));
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(Content("lock"), std::to_string(getpid()) + "\n");
}

TEST_F(FileTest, WholeFilesAreReadUpToALimit) {
  const std::string text(300'000, 'x');
  ASSERT_TRUE(Open("a", {.mode = OpenMode::kCreate})->WriteAt(0, AsBytes(text), false).ok());
  EXPECT_EQ(Content("a"), text);
  EXPECT_EQ(ReadFile(files_, Path("a"), 300'000).value(), text);
  const auto refused = ReadFile(files_, Path("a"), 299'999);
  EXPECT_EQ(refused.status().code(), StatusCode::kRejected);
  EXPECT_EQ(refused.status().message(),
            Path("a") + ": more than 299999 bytes, the most that is read");
  EXPECT_EQ(ReadFile(files_, Path("none")).status().message(),
            Path("none") + ": open: No such file or directory");
  Open("empty", {.mode = OpenMode::kCreate});
  EXPECT_EQ(Content("empty"), "");
}

}  // namespace
}  // namespace andon
