#include "core/config/config_path.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

namespace andon {

std::string FolderOf(std::string_view path) {
  return std::filesystem::path(path).parent_path().string();
}

std::string ResolvePath(std::string_view folder, std::string_view path) {
  return (std::filesystem::path(folder) / std::filesystem::path(path)).lexically_normal().string();
}

std::string PathMessage(std::string_view path, const Status& status) {
  std::string_view message = status.message();
  const std::string named = std::string(path) + ": ";
  const size_t at = message.find(named);
  if (at != std::string_view::npos) message.remove_prefix(at + named.size());
  return named + std::string(message);
}

bool IsGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

namespace {

// What `part` of a pattern matches in `folder`.
void MatchPart(FileSystem& files, const std::string& folder, const std::string& part,
               std::vector<std::string>* found) {
  if (!IsGlob(part)) {
    found->push_back(ResolvePath(folder, part));
    return;
  }
  const auto entries = files.List(folder.empty() ? "." : folder);
  if (!entries.ok()) return;
  for (const DirectoryEntry& entry : *entries) {
    const bool matches = fnmatch(part.c_str(), entry.name.c_str(), FNM_PERIOD) == 0;
    if (matches) found->push_back(ResolvePath(folder, entry.name));
  }
}

}  // namespace

std::vector<std::string> Glob(FileSystem& files, const std::string& pattern) {
  std::vector<std::string> found = {pattern.starts_with('/') ? "/" : ""};
  for (const auto& part : std::filesystem::path(pattern).relative_path()) {
    std::vector<std::string> next;
    for (const std::string& folder : found) MatchPart(files, folder, part.native(), &next);
    found = std::move(next);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace andon
