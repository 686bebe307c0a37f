#include "outputs/file/folders.h"

#include <algorithm>

namespace andon::file_output {

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<bool> Exists(FileSystem& files, const std::string& path) {
  const std::string folder = FolderOf(path);
  auto entries = files.List(folder);
  if (entries.ok()) {
    return std::ranges::find(*entries, NameOf(path), &DirectoryEntry::name) != entries->end();
  }
  if (folder == path || folder == ".") return entries.status();
  ASSIGN_OR_RETURN(const bool parent, Exists(files, folder));
  if (!parent) return false;
  return entries.status();
}

Status Folders::Make(const std::string& folder, uint32_t permissions) {
  std::string there = folder;
  while (!files_.SyncDirectory(there).ok()) {
    const std::string above = FolderOf(there);
    if (above == there) break;
    unsynced_.insert(above);
    there = above;
  }
  return files_.MakeDirectory(folder, permissions);
}

Status Folders::Sync(const std::string& folder) {
  while (!unsynced_.empty()) {
    RETURN_IF_ERROR(files_.SyncDirectory(*unsynced_.begin()));
    unsynced_.erase(unsynced_.begin());
  }
  return files_.SyncDirectory(folder);
}

}  // namespace andon::file_output
