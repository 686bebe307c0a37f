// Finds the files that the patterns mean, and the folders where others may appear.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inputs/tail/open_file.h"

namespace andon::tail {

struct FoundFile {
  std::string path;
  FileInfo info;
};

// A pattern that nothing is found for.
struct Unmatched {
  std::string pattern;
  std::string
      reason;  // The folder that is not there or may not be read, or that no name is like it.
};

// Patterns as of glob(7) with `{a,b}`; `*` matches no `/`, and `/**/` stands for any folders, up to
// kMostFolders one in the other. Compressed files (.gz .bz2 .xz .zst .lz4
// .zip) are left out. What is to be excluded without a `/` is the name of a file. Thread: worker.
class PathFinder {
 public:
  PathFinder(const std::vector<std::string>& paths, const std::vector<std::string>& exclude);

  // By path; a file that has several names once, with the first.
  std::vector<FoundFile> Find() const;
  // The patterns that are the name of no file now.
  std::vector<Unmatched> FindUnmatched() const;
  // Every folder in which a new name may make a difference.
  std::set<std::string> Folders() const;
  // Whether a new name in such a folder may be one of a pattern, or of a folder on its way.
  bool MayMatter(std::string_view name) const;

 private:
  bool Excluded(const std::string& path) const;

  // A pattern as it is said, and what it stands for.
  struct Wanted {
    std::string pattern;
    std::vector<std::string> plain;
  };

  std::vector<Wanted> wanted_;
  std::vector<std::string> exclude_;
  std::set<std::string> names_;  // Every part of every pattern.
};

inline constexpr int kMostFolders = 8;
// "/a/**/b" gives "/a/b", "/a/*/b", "/a/*/*/b" and so on; what has none gives itself.
std::vector<std::string> ExpandFolders(const std::string& pattern);
// "a{b,c}d" gives "abd" and "acd".
std::vector<std::string> ExpandBraces(const std::string& pattern);
bool IsCompressedName(std::string_view path);

}  // namespace andon::tail
