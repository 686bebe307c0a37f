#include "outputs/file/folders.h"

#include <algorithm>
#include <vector>

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

Status MakeFolders(FileSystem& files, const std::string& folder, uint32_t permissions) {
  // From the deepest folder that is there, each new name is synced into the one above.
  std::vector<std::string> missing;
  std::string there = folder;
  while (!files.SyncDirectory(there).ok()) {
    missing.push_back(there);
    const std::string above = FolderOf(there);
    if (above == there) break;
    there = above;
  }
  RETURN_IF_ERROR(files.MakeDirectory(folder, permissions));
  for (const std::string& made : missing) RETURN_IF_ERROR(files.SyncDirectory(FolderOf(made)));
  return files.SyncDirectory(folder);
}

}  // namespace andon::file_output
