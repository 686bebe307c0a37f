// What happens to damaged bytes: each range is reported once, and copied to DIRECTORY/quarantine.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "core/base/file.h"
#include "core/journal/part_reader.h"
#include "core/metrics/metrics.h"

namespace andon::journal {

// Thread: journal.
class DamageLog {
 public:
  DamageLog(FileSystem& files, std::string directory, Counter& ranges)
      : files_(files), directory_(std::move(directory)), ranges_(ranges) {}

  // `file` is the segment's.
  void Report(uint64_t segment, const DamagedRange& range, File& file);
  // A whole segment that is not there.
  void ReportMissing(uint64_t first, uint64_t last);
  // A whole file that cannot be a segment: it is moved there.
  void MoveAway(const std::string& path, const std::string& name, const std::string& reason);

 private:
  Status Copy(const std::string& name, const DamagedRange& range, File& file);

  FileSystem& files_;
  const std::string directory_;
  Counter& ranges_;
  std::set<std::pair<uint64_t, uint64_t>> reported_;
  uint64_t copied_bytes_ = 0;
};

}  // namespace andon::journal
