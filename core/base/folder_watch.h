// Says when names leave a folder (inotify(7)).
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"

namespace andon {

class FolderWatch {
 public:
  virtual ~FolderWatch() = default;
  // Becomes readable when a file of the folder was removed or has another name, and when the folder
  // has. Files that come do not count.
  virtual int fd() const = 0;
  // All that has happened until now is known.
  virtual void Drain() = 0;
};

Result<std::unique_ptr<FolderWatch>> WatchRealFolder(const std::string& directory);

}  // namespace andon
