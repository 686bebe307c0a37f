// When a file is full, what it is called then, and which old ones go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "outputs/file/path_template.h"

namespace andon::file_output {

struct RotationConfig {
  uint64_t size_bytes = 0;          // 0: no limit.
  Duration age = Duration::zero();  // 0: no limit.
  uint32_t keep = 0;                // 0: all.
};

class OutputFile;

// Thread: output. A rotated file is `<path>.20261121-150405`, with `-2` and so on behind it where
// that name is taken.
class Rotation {
 public:
  Rotation(FileSystem& files, const RotationConfig& config, TimeZone zone)
      : files_(files), config_(config), zone_(zone) {}

  bool IsDue(const OutputFile& file, EventTime now) const;
  // A name that nobody has, compressed or not.
  Result<std::string> NewName(const std::string& path, EventTime now) const;
  // Removes the oldest rotated files of `path` above `keep`.
  Status RemoveOld(const std::string& path) const;
  // A compressed file's name that nobody has.
  static Result<std::string> PackedName(FileSystem& files, const std::string& path,
                                        std::string_view suffix);
  const RotationConfig& config() const { return config_; }

 private:
  FileSystem& files_;
  const RotationConfig config_;
  const TimeZone zone_;
};

}  // namespace andon::file_output
