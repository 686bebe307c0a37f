// One open file of the machine's own.
#pragma once

#include <atomic>
#include <string>

#include "core/base/file.h"

namespace andon {

// Thread: any, as pread(2) and pwrite(2) are; while WriteDirectAt runs no other call may.
class PosixFile : public File {
 public:
  // Takes over the descriptor. `direct`: it was opened with O_DIRECT.
  PosixFile(int fd, std::string path, bool direct);
  ~PosixFile() override;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override;
  Status WriteAt(uint64_t offset, Bytes from, bool durable) override;
  Status WriteDirectAt(uint64_t offset, Bytes from) override;
  Status Sync() override;
  Status Truncate(uint64_t size) override;
  Status Allocate(uint64_t size) override;
  void LeaveCache(uint64_t offset, uint64_t size) override;
  bool InCache(uint64_t offset, uint64_t size) override;
  Result<uint64_t> Size() override;
  Result<FileId> Id() override;
  int last_error() const override { return last_error_.load(std::memory_order_relaxed); }

  int fd() const { return fd_; }
  bool direct() const { return direct_.load(std::memory_order_relaxed); }

 private:
  Status Fail(std::string_view what, int error);
  bool SetDirect(bool on);
  // From now on through the page cache; false when it was so already or cannot be.
  bool LeaveDirect(uint64_t offset, const void* memory, size_t size);
  bool MayTryAgain(int error, uint64_t offset, Bytes memory);
  size_t Taken(size_t wrote, size_t wanted) const;
  ssize_t WriteSome(uint64_t offset, Bytes from, bool durable);

  const int fd_;
  const std::string path_;
  std::atomic<bool> direct_;
  std::atomic<bool> dsync_{true};          // The kernel and the file system take RWF_DSYNC.
  std::atomic<bool> may_be_direct_{true};  // WriteDirectAt was not refused.
  std::atomic<int> last_error_{0};
};

}  // namespace andon
