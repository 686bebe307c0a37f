// Folders of written files: is something there, and making a path to stay.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon::file_output {

// The folder that holds `path`: "." for a bare name, "/" for "/name".
std::string FolderOf(std::string_view path);
std::string_view NameOf(std::string_view path);

// False only when it is certain that nothing is there; an error when that cannot be known (a folder
// that may not be listed).
Result<bool> Exists(FileSystem& files, const std::string& path);

// Makes folders, and the names in them durable. What could not be synced is remembered.
// Thread: output.
class Folders {
 public:
  explicit Folders(FileSystem& files) : files_(files) {}

  // Makes `folder` and what is missing above it.
  Status Make(const std::string& folder, uint32_t permissions);
  // Makes every name in `folder` durable, and those of the folders that were made.
  Status Sync(const std::string& folder);

 private:
  FileSystem& files_;
  std::set<std::string> unsynced_;  // Have names of folders that were made.
};

}  // namespace andon::file_output
