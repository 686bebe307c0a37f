// A FileSystem that holds a few texts, for readers.
//
//   MemoryFiles files({{"/etc/andon/a.yaml", "inputs: []"}});
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"

namespace andon {

class MemoryFiles : public FileSystem {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {}
  void Set(const std::string& path, const std::string& text) { texts_[path] = text; }

  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions& options) override;
  // Everything else that begins with `directory/`; kUnavailable when there is nothing.
  Result<std::vector<DirectoryEntry>> List(const std::string& directory) override;

  // A reader has no use for these: kUnavailable.
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeDirectory(const std::string& path, uint32_t permissions) override;
  Status SyncDirectory(const std::string& directory) override;
  Result<uint64_t> FreeBytes(const std::string& directory) override;
  Result<std::unique_ptr<File>> Lock(const std::string& path) override;

 private:
  std::map<std::string, std::string> texts_;
};

}  // namespace andon
