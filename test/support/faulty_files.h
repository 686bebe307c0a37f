// A file system on which calls fail when a test says so.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"

namespace andon {

// The machine's files, with errors, and without waiting for the disk.
class FaultyFiles final : public FileSystem {
 public:
  int fail_writes = 0;  // The next ones write the first half, then fail.
  int fail_syncs = 0;
  int fail_truncates = 0;
  int syncs = 0;
  bool in_cache = false;                                  // What InCache answers.
  std::vector<std::pair<uint64_t, uint64_t>> left_cache;  // Begin and end.
  std::vector<std::pair<uint64_t, uint64_t>> past_cache;  // What WriteDirectAt was asked for.

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
    Status WriteDirectAt(uint64_t offset, Bytes from) override {
      owner_.past_cache.emplace_back(offset, offset + from.size());
      if (!Take(owner_.fail_writes)) return file_->WriteDirectAt(offset, from);
      const size_t half = from.size() / 2;
      (void)file_->WriteDirectAt(offset, from.first(half - half % kDirectAlignment));
      return Unavailable("write: No space left on device");
    }
    bool InCache(uint64_t /*offset*/, uint64_t /*size*/) override { return owner_.in_cache; }
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

}  // namespace andon
