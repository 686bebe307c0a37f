// Files of the disk that crashes; for crash_disk*.cc alone.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test/support/crash_disk.h"

namespace andon {

struct CrashDisk::Node {
  uint64_t inode = 0;
  bool directory = false;
  std::vector<std::byte> cached;   // What processes see.
  std::vector<std::byte> durable;  // What a power cut leaves.
  uint64_t reserved = 0;

  static constexpr uint64_t kPage = 4096;
  uint64_t allocated() const {
    return (std::max<uint64_t>(cached.size(), reserved) + kPage - 1) / kPage * kPage;
  }
};

class CrashDisk::OpenFile : public File {
 public:
  OpenFile(CrashDisk& disk, std::shared_ptr<Node> node, std::string path, OpenOptions options);
  ~OpenFile() override;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override;
  Status WriteAt(uint64_t offset, Bytes from, bool durable) override;
  Status WriteDirectAt(uint64_t offset, Bytes from) override;
  Status Sync() override;
  Status Truncate(uint64_t size) override;
  Status Allocate(uint64_t size) override;
  Result<uint64_t> Size() override;
  Result<FileId> Id() override { return FileId{1, node_->inode}; }
  int last_error() const override { return last_error_; }

  // It holds the lock of its path until it is closed.
  void Locks() { locks_ = true; }

 private:
  int Ask(Op op);
  int AskOrOff(Op op);
  int WriteOr(int error, uint64_t offset, Bytes from, bool durable);
  bool Aligned(uint64_t offset, const void* memory, size_t size) const;
  Status Fail(std::string_view what, int error);

  CrashDisk& disk_;
  const std::shared_ptr<Node> node_;
  const std::string path_;
  const OpenOptions options_;
  uint64_t epoch_ = 0;
  bool locks_ = false;
  int last_error_ = 0;
};

}  // namespace andon
