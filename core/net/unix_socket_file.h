// The file of a unix socket that we bound: removed with its owner, unless somebody else has put
// another in its place.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon {

class UnixSocketFile {
 public:
  // `path` has just been bound by this process.
  explicit UnixSocketFile(std::string path);
  UnixSocketFile(const UnixSocketFile&) = delete;
  UnixSocketFile& operator=(const UnixSocketFile&) = delete;
  ~UnixSocketFile();

 private:
  const std::string path_;
  FileId id_;
};

// Removes the file when it is a socket that nobody has open any more, as a killed process leaves
// it. Otherwise says why it may not be removed. `type` is SOCK_STREAM or SOCK_DGRAM.
Status RemoveStaleSocketFile(const std::string& path, int type);

}  // namespace andon
