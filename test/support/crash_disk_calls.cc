// What the code under test calls: the file system's names and locks.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "test/support/crash_disk_file.h"

namespace andon {

namespace {

std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

void CrashDisk::SetName(const std::string& path, std::shared_ptr<Node> node) {
  name_changes_.push_back({.directory = DirectoryOf(path), .name = path, .node = node});
  if (node == nullptr) {
    names_.erase(path);
  } else {
    names_[path] = std::move(node);
  }
}

Result<std::unique_ptr<File>> CrashDisk::Open(const std::string& path, const OpenOptions& options) {
  if (const int error = AskOrOff(Op::kOpen, path)) return ErrnoStatus(path + ": open", error);
  std::shared_ptr<Node> node;
  {
    MutexLock lock(mutex_);
    const auto found = names_.find(path);
    const bool exists = found != names_.end();
    const bool creates = options.mode == OpenMode::kCreate || options.mode == OpenMode::kCreateNew;
    if (exists && options.mode == OpenMode::kCreateNew) {
      return ErrnoStatus(path + ": open", EEXIST);
    }
    if (!exists && !creates) return ErrnoStatus(path + ": open", ENOENT);
    if (exists && found->second->directory && options.mode != OpenMode::kRead) {
      return ErrnoStatus(path + ": open", EISDIR);
    }
    if (read_only_ && options.mode != OpenMode::kRead) {
      return ErrnoStatus(path + ": open", EROFS);
    }
    if (exists) {
      node = found->second;
    } else {
      node = std::make_shared<Node>();
      node->inode = next_inode_++;
      SetName(path, node);
    }
  }
  return std::unique_ptr<File>(std::make_unique<OpenFile>(*this, node, path, options));
}

Status CrashDisk::Rename(const std::string& from, const std::string& to) {
  if (const int error = AskOrOff(Op::kRename, from)) return ErrnoStatus(from + ": rename", error);
  MutexLock lock(mutex_);
  if (read_only_) return ErrnoStatus(from + ": rename", EROFS);
  const auto found = names_.find(from);
  if (found == names_.end()) return ErrnoStatus(from + ": rename", ENOENT);
  const std::shared_ptr<Node> node = found->second;
  names_.erase(from);
  SetName(to, node);
  name_changes_.back().removes = from;
  return {};
}

Status CrashDisk::Remove(const std::string& path) {
  if (const int error = AskOrOff(Op::kRemove, path)) return ErrnoStatus(path + ": remove", error);
  MutexLock lock(mutex_);
  if (read_only_) return ErrnoStatus(path + ": remove", EROFS);
  if (!names_.contains(path)) return ErrnoStatus(path + ": remove", ENOENT);
  SetName(path, nullptr);
  return {};
}

Status CrashDisk::MakeDirectory(const std::string& path, uint32_t /*permissions*/) {
  if (const int error = AskOrOff(Op::kMakeDirectory, path)) {
    return ErrnoStatus(path + ": make folder", error);
  }
  MutexLock lock(mutex_);
  if (names_.contains(path)) return {};
  if (read_only_) return ErrnoStatus(path + ": make folder", EROFS);
  auto node = std::make_shared<Node>();
  node->inode = next_inode_++;
  node->directory = true;
  // Folders are durable at once: their loss is nothing that the code under test could help.
  names_[path] = node;
  durable_names_[path] = node;
  return {};
}

Result<std::vector<DirectoryEntry>> CrashDisk::List(const std::string& directory) {
  if (const int error = AskOrOff(Op::kList, directory))
    return ErrnoStatus(directory + ": list", error);
  MutexLock lock(mutex_);
  std::vector<DirectoryEntry> entries;
  const std::string prefix = directory + "/";
  for (auto it = names_.lower_bound(prefix); it != names_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    const std::string name = it->first.substr(prefix.size());
    if (name.find('/') != std::string::npos) continue;
    entries.push_back({name, it->second->directory ? 0 : it->second->cached.size()});
  }
  if (entries.empty() && !names_.contains(directory)) {
    return ErrnoStatus(directory + ": list", ENOENT);
  }
  return entries;
}

// One that was made, or that has something in it.
bool CrashDisk::IsFolder(const std::string& path) const {
  const auto named = names_.find(path);
  if (named != names_.end()) return named->second->directory;
  const std::string below = path.ends_with('/') ? path : path + "/";
  const auto in_it = names_.lower_bound(below);
  if (in_it != names_.end() && in_it->first.starts_with(below)) return true;
  return std::ranges::any_of(name_changes_,
                             [&](const NameChange& change) { return change.directory == path; });
}

Status CrashDisk::SyncDirectory(const std::string& directory) {
  if (const int error = AskOrOff(Op::kSyncDirectory, directory)) {
    return ErrnoStatus(directory + ": fsync", error);
  }
  MutexLock lock(mutex_);
  if (!IsFolder(directory)) return ErrnoStatus(directory + ": fsync", ENOENT);
  if (lying_) return {};
  // Like a journalling file system: what came first is durable first.
  size_t count = 0;
  for (size_t i = 0; i < name_changes_.size(); ++i) {
    if (name_changes_[i].directory == directory) count = i + 1;
  }
  ApplyNames(count);
  name_changes_.erase(name_changes_.begin(),
                      name_changes_.begin() + static_cast<std::ptrdiff_t>(count));
  return {};
}

Result<uint64_t> CrashDisk::FreeBytes(const std::string& /*directory*/) {
  MutexLock lock(mutex_);
  const uint64_t used = Used();
  return capacity_ > used ? capacity_ - used : 0;
}

Result<std::unique_ptr<File>> CrashDisk::Lock(const std::string& path) {
  if (const int error = AskOrOff(Op::kLock, path)) return ErrnoStatus(path + ": lock", error);
  {
    MutexLock lock(mutex_);
    const auto elsewhere = held_elsewhere_.find(path);
    if (elsewhere != held_elsewhere_.end()) {
      return Unavailable(path + ": held by process " + std::to_string(elsewhere->second) +
                         "; stop it first");
    }
    const auto held = locks_.find(path);
    if (held != locks_.end() && held->second == epoch_) {
      return Unavailable(path + ": held by another process; stop it first");
    }
  }
  ASSIGN_OR_RETURN(auto file, Open(path, {.mode = OpenMode::kCreate}));
  static_cast<OpenFile&>(*file).Locks();
  MutexLock lock(mutex_);
  locks_[path] = epoch_;
  return file;
}

}  // namespace andon
