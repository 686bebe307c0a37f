// Files behind an interface: the journal and the file output run on a real disk, and in tests on
// one that crashes, fills up and lies.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/folder_watch.h"
#include "core/base/status.h"

namespace andon {

struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FileId&) const = default;
};

// What offsets, sizes and addresses are multiples of where O_DIRECT is used.
inline constexpr size_t kDirectAlignment = 4096;

// One open file. Closed when destroyed. Every error names the path; errno is in last_error().
class File {
 public:
  virtual ~File() = default;
  // Fills `to` from `offset`; returns how many bytes came, fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) = 0;
  // Writes all of `from` or fails. With `durable` it is on disk when this returns (RWF_DSYNC).
  virtual Status WriteAt(uint64_t offset, Bytes from, bool durable) = 0;
  // The same past the page cache, once, on a file that was not opened with `direct`; through it
  // where the file system refuses. Offset, size and address are multiples of kDirectAlignment.
  // Pages that a reader may have in the cache should not be written so: some kernels call it an
  // error when a reader is just then at one.
  virtual Status WriteDirectAt(uint64_t offset, Bytes from) { return WriteAt(offset, from, false); }
  virtual Status Sync() = 0;  // fdatasync
  virtual Status Truncate(uint64_t size) = 0;
  // Reserves blocks up to `size` bytes; ok and without effect where the file system cannot.
  virtual Status Allocate(uint64_t size) = 0;
  // A hint: what is durable of these bytes need not stay in the machine's memory.
  virtual void LeaveCache(uint64_t /*offset*/, uint64_t /*size*/) {}
  // Whether any of these bytes is in the page cache now; false where that cannot be known.
  virtual bool InCache(uint64_t /*offset*/, uint64_t /*size*/) { return false; }
  virtual Result<uint64_t> Size() = 0;
  virtual Result<FileId> Id() = 0;
  virtual int last_error() const = 0;  // errno of the last call that failed; 0 before.
};

enum class OpenMode : uint8_t {
  kRead,
  kWrite,      // Read and write, must exist.
  kCreate,     // Read and write, created when missing.
  kCreateNew,  // Read and write, must not exist.
};

struct OpenOptions {
  OpenMode mode = OpenMode::kRead;
  // O_DIRECT; falls back to buffered where the file system refuses. Then offsets, sizes and
  // addresses of every call are multiples of kDirectAlignment.
  bool direct = false;
  uint32_t permissions = 0640;
};

struct DirectoryEntry {
  std::string name;
  uint64_t size_bytes = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path,
                                             const OpenOptions& options) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Makes the folder and its parents; ok when it is there.
  virtual Status MakeDirectory(const std::string& path, uint32_t permissions) = 0;
  virtual Result<std::vector<DirectoryEntry>> List(const std::string& directory) = 0;  // By name.
  virtual Status SyncDirectory(const std::string& directory) = 0;
  virtual Result<uint64_t> FreeBytes(const std::string& directory) = 0;
  // Holds the file exclusively until the result is destroyed. kUnavailable when another process
  // has it; the message then names that process (`held by process 4711`) where it can be known.
  virtual Result<std::unique_ptr<File>> Lock(const std::string& path) = 0;
  // kUnavailable where nobody can say.
  virtual Result<std::unique_ptr<FolderWatch>> Watch(const std::string& directory) {
    return Unavailable(directory + ": nobody says what leaves it");
  }
};

// The machine's own. Thread: any.
FileSystem& RealFileSystem();

// Whole small files, for configuration, notes and tests.
Result<std::string> ReadFile(FileSystem& files, const std::string& path,
                             size_t limit_bytes = size_t{64} << 20);

}  // namespace andon
