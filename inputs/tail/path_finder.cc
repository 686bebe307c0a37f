#include "inputs/tail/path_finder.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace andon::tail {

namespace {

constexpr size_t kMaxExpansions = 1000;
constexpr std::array<std::string_view, 7> kCompressed = {".gz",  ".bz2", ".xz", ".zst",
                                                         ".lz4", ".zip", ".Z"};

bool HasWildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

bool IsFolder(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::set<std::string> Glob(const std::string& pattern) {
  if (!HasWildcard(pattern)) return {pattern};
  glob_t found{};
  std::set<std::string> paths;
  // What cannot be read is left out: it may be somebody else's.
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; ++i) paths.emplace(found.gl_pathv[i]);
  }
  globfree(&found);
  return paths;
}

// The deepest folder of that path which is there.
std::string DeepestThere(std::string path) {
  while (!path.empty() && !IsFolder(path)) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    path.resize(std::max<size_t>(slash, 1));
    if (path == "/") break;
  }
  return path.empty() ? "." : path;
}

// The path up to the folder of the first part that has a wildcard, or of the last one.
std::string FixedFolder(const std::string& pattern) {
  const size_t wild = pattern.find_first_of("*?[");
  const size_t slash = pattern.rfind('/', wild);
  if (slash == std::string::npos) return ".";
  return pattern.substr(0, std::max<size_t>(slash, 1));
}

std::string WhyUnmatched(const std::string& pattern) {
  const std::string folder = FixedFolder(pattern);
  if (faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0) {
    return "no file in " + folder + " has such a name";
  }
  return folder + ": " + std::strerror(errno);
}

// Every part of a pattern.
void AddNames(const std::string& pattern, std::set<std::string>* names) {
  for (size_t begin = 0; begin <= pattern.size();) {
    const size_t end = std::min(pattern.find('/', begin), pattern.size());
    if (end > begin) names->insert(pattern.substr(begin, end - begin));
    begin = end + 1;
  }
}

void AddFolders(const std::string& pattern, std::set<std::string>* folders) {
  for (size_t slash = pattern.find('/', 1);; slash = pattern.find('/', slash + 1)) {
    if (slash == std::string::npos) return;
    const std::string folder = pattern.substr(0, slash);
    const bool last = pattern.find('/', slash + 1) == std::string::npos;
    const bool next_is_wild =
        HasWildcard(pattern.substr(slash, pattern.find('/', slash + 1) - slash));
    // Folders above the first wildcard say nothing, as long as they are there.
    if (!last && !next_is_wild && !HasWildcard(folder) && IsFolder(folder)) continue;
    for (const std::string& one : Glob(folder)) folders->insert(DeepestThere(one));
  }
}

}  // namespace

std::vector<std::string> ExpandFolders(const std::string& pattern) {
  constexpr std::string_view kFolders = "/**";
  std::vector<std::string> done;
  std::vector<std::string> todo = {pattern};
  while (!todo.empty() && done.size() + todo.size() <= kMaxExpansions) {
    const std::string text = std::move(todo.back());
    todo.pop_back();
    size_t at = text.find("/**/");
    if (at == std::string::npos && text.ends_with(kFolders)) at = text.size() - kFolders.size();
    if (at == std::string::npos) {
      done.push_back(text);
      continue;
    }
    const std::string behind = text.substr(at + kFolders.size());
    std::string front = text.substr(0, at);
    for (int i = 0; i <= kMostFolders; ++i, front += "/*") {
      todo.push_back(front + (behind.empty() ? "/*" : behind));
    }
  }
  std::ranges::sort(done);
  return done;
}

std::vector<std::string> ExpandBraces(const std::string& pattern) {
  std::vector<std::string> done;
  std::vector<std::string> todo = {pattern};
  while (!todo.empty() && done.size() + todo.size() <= kMaxExpansions) {
    const std::string text = std::move(todo.back());
    todo.pop_back();
    const size_t close = text.find('}');
    const size_t open = close == std::string::npos ? close : text.rfind('{', close);
    if (open == std::string::npos) {
      done.push_back(text);
      continue;
    }
    // The innermost pair first.
    for (size_t begin = open + 1; begin <= close;) {
      const size_t end = std::min(text.find(',', begin), close);
      todo.push_back(text.substr(0, open) + text.substr(begin, end - begin) +
                     text.substr(close + 1));
      begin = end + 1;
    }
  }
  std::ranges::sort(done);
  return done;
}

bool IsCompressedName(std::string_view path) {
  return std::ranges::any_of(kCompressed,
                             [path](std::string_view end) { return path.ends_with(end); });
}

PathFinder::PathFinder(const std::vector<std::string>& paths,
                       const std::vector<std::string>& exclude) {
  for (const std::string& path : paths) {
    for (std::string& one : ExpandBraces(path)) {
      wanted_.push_back({one, ExpandFolders(one)});
    }
  }
  for (const std::string& path : exclude) {
    for (const std::string& one : ExpandBraces(path)) {
      for (std::string& plain : ExpandFolders(one)) exclude_.push_back(std::move(plain));
    }
  }
  for (const Wanted& wanted : wanted_) {
    for (const std::string& pattern : wanted.plain) AddNames(pattern, &names_);
  }
}

bool PathFinder::Excluded(const std::string& path) const {
  return IsCompressedName(path) || std::ranges::any_of(exclude_, [&path](const std::string& one) {
           const bool whole = one.find('/') != std::string::npos;
           const char* what = path.c_str() + (whole ? 0 : path.rfind('/') + 1);
           return fnmatch(one.c_str(), what, FNM_PATHNAME) == 0;
         });
}

std::vector<FoundFile> PathFinder::Find() const {
  std::set<std::string> paths;
  for (const Wanted& wanted : wanted_) {
    for (const std::string& pattern : wanted.plain) paths.merge(Glob(pattern));
  }
  std::vector<FoundFile> found;
  std::set<std::pair<uint64_t, uint64_t>> ids;
  for (const std::string& path : paths) {
    if (Excluded(path)) continue;
    const auto info = Look(path);
    if (!info.has_value() || !ids.insert({info->id.device, info->id.inode}).second) continue;
    found.push_back({path, *info});
  }
  return found;
}

std::vector<Unmatched> PathFinder::FindUnmatched() const {
  std::vector<Unmatched> unmatched;
  const auto is_file = [this](const std::string& path) { return !Excluded(path) && Look(path); };
  for (const Wanted& wanted : wanted_) {
    const bool found = std::ranges::any_of(wanted.plain, [&](const std::string& pattern) {
      return std::ranges::any_of(Glob(pattern), is_file);
    });
    if (!found) unmatched.push_back({wanted.pattern, WhyUnmatched(wanted.pattern)});
  }
  return unmatched;
}

std::set<std::string> PathFinder::Folders() const {
  std::set<std::string> folders;
  for (const Wanted& wanted : wanted_) {
    for (const std::string& pattern : wanted.plain) {
      if (pattern.find('/') == std::string::npos) folders.insert(".");
      if (pattern.rfind('/') == 0) folders.insert("/");
      AddFolders(pattern, &folders);
    }
  }
  return folders;
}

bool PathFinder::MayMatter(std::string_view name) const {
  const std::string text(name);
  return std::ranges::any_of(names_, [&text](const std::string& one) {
    return fnmatch(one.c_str(), text.c_str(), 0) == 0;
  });
}

}  // namespace andon::tail
