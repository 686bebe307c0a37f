// Reads files into one tree: folders, `include`, `${...}`.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/config/config_data.h"
#include "core/config/expand.h"

namespace andon {

class ConfigLoader {
 public:
  explicit ConfigLoader(const LoadOptions& options);

  std::shared_ptr<Config> LoadPath(const std::string& path);
  std::shared_ptr<Config> LoadText(std::string_view text, const std::string& name);

 private:
  using DataPtr = std::shared_ptr<ConfigData>;

  std::shared_ptr<Config> Finish(DataPtr root, const std::string& name);
  // The file's tree with everything put in; null when there is none. `at`: who asks for it.
  DataPtr LoadFile(const std::string& path, const Mark& at);
  DataPtr LoadRead(const std::string& path, const Mark& at, const Result<std::string>& text);
  DataPtr LoadFolder(const std::string& path, const std::vector<DirectoryEntry>& entries);
  DataPtr Parse(std::string_view text, const std::string& name);
  // `${...}` and `{include: ...}` in everything below.
  void Resolve(const DataPtr& data);
  void ResolveList(const DataPtr& list);
  void ResolveScalar(ConfigData& scalar);
  void Splice(const DataPtr& item, std::vector<DataPtr>* items);
  // The paths that an include names, globs resolved; problems where there is nothing.
  std::vector<std::string> IncludedPaths(const DataPtr& include);
  // A file's root with what its `include` names; drops x-... keys.
  DataPtr ResolveRoot(const DataPtr& root);
  void IncludeRoots(const DataPtr& include, ConfigData& into);
  void MergeRoot(const DataPtr& from, ConfigData& into);
  bool IsOpen(const std::string& path) const;
  bool Enter(const std::string& path, const Mark& at);

  LoadOptions options_;
  ExpandContext expand_;
  std::shared_ptr<ProblemList> problems_;
  std::vector<std::string> open_files_;  // From the first one down to the included one.
  std::set<std::string> roots_;          // Files whose root was taken.
  size_t files_ = 0;
  size_t values_ = 0;
};

}  // namespace andon
