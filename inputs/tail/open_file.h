// A file that is open for reading, and what the file system says of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/file.h"
#include "core/net/unique_fd.h"

namespace andon::tail {

struct FileInfo {
  FileId id;
  uint64_t size = 0;
  uint64_t birth = 0;     // Nanoseconds since 1970; 0: the file system does not say.
  uint64_t modified = 0;  // The same.
  uint64_t links = 0;     // 0: nobody can open it any more.
};

// What is under that name now, links followed; empty when it is no regular file.
std::optional<FileInfo> Look(const std::string& path);

// Thread: worker.
class OpenFile {
 public:
  OpenFile() = default;
  // Empty with errno set when it cannot be opened.
  static std::optional<OpenFile> Open(const std::string& path);

  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  void Close() { fd_.Reset(-1); }
  std::optional<FileInfo> Look() const;
  // Fills `to` from `offset`; fewer bytes at the end of the file; -1 with errno set.
  ssize_t Read(uint64_t offset, std::span<char> to) const;
  // The hash of up to `size` bytes before `offset`; empty when they are not all there.
  std::optional<uint64_t> HashBefore(uint64_t offset, uint32_t size) const;

 private:
  UniqueFd fd_;
};

// The name in `folder` of the file with that inode, compressed files left out. For files that were
// renamed. Empty with errno set: ENOENT when it is not there, else nobody knows.
std::optional<std::string> FindByInode(const std::string& folder, const FileId& file);

}  // namespace andon::tail
