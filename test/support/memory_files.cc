#include "test/support/memory_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace andon {
namespace {

Status ReadOnly(const std::string& path) { return ErrnoStatus(path, EROFS); }

class TextFile : public File {
 public:
  explicit TextFile(const std::string& text) : text_(text) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override {
    if (offset >= text_.size()) return size_t{0};
    const size_t count = std::min(to.size(), text_.size() - static_cast<size_t>(offset));
    std::memcpy(to.data(), text_.data() + offset, count);
    return count;
  }
  Status WriteAt(uint64_t, Bytes, bool) override { return ReadOnly("text"); }
  Status Sync() override { return ReadOnly("text"); }
  Status Truncate(uint64_t) override { return ReadOnly("text"); }
  Status Allocate(uint64_t) override { return ReadOnly("text"); }
  Result<uint64_t> Size() override { return uint64_t{text_.size()}; }
  Result<FileId> Id() override { return FileId{1, reinterpret_cast<uintptr_t>(this)}; }
  int last_error() const override { return 0; }

 private:
  const std::string text_;
};

}  // namespace

Result<std::unique_ptr<File>> MemoryFiles::Open(const std::string& path,
                                                const OpenOptions& options) {
  if (options.mode != OpenMode::kRead) return ReadOnly(path);
  const auto found = texts_.find(path);
  if (found == texts_.end()) {
    return ErrnoStatus("open " + path, List(path).ok() ? EISDIR : ENOENT);
  }
  return std::unique_ptr<File>(std::make_unique<TextFile>(found->second));
}

Result<std::vector<DirectoryEntry>> MemoryFiles::List(const std::string& directory) {
  const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
  std::set<std::string> names;
  for (const auto& [path, text] : texts_) {
    if (!path.starts_with(prefix)) continue;
    names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
  }
  if (names.empty()) return ErrnoStatus("open " + directory, ENOENT);
  std::vector<DirectoryEntry> entries;
  entries.reserve(names.size());
  for (const std::string& name : names) entries.push_back({name, 0});
  return entries;
}

Status MemoryFiles::Rename(const std::string& from, const std::string&) { return ReadOnly(from); }
Status MemoryFiles::Remove(const std::string& path) { return ReadOnly(path); }
Status MemoryFiles::MakeDirectory(const std::string& path, uint32_t) { return ReadOnly(path); }
Status MemoryFiles::SyncDirectory(const std::string& path) { return ReadOnly(path); }
Result<uint64_t> MemoryFiles::FreeBytes(const std::string& path) { return ReadOnly(path); }
Result<std::unique_ptr<File>> MemoryFiles::Lock(const std::string& path) { return ReadOnly(path); }

}  // namespace andon
