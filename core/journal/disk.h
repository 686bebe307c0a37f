// All that the journal has on a disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/journal/catch_up.h"
#include "core/journal/damage.h"
#include "core/journal/journal_metrics.h"
#include "core/journal/segment_log.h"
#include "core/journal/segments.h"

namespace andon::journal {

struct Disk {
  Disk(FileSystem& files, const JournalOptions& options, JournalMetrics& metrics)
      : segments(files, options.directory, options.segment_bytes),
        damage(files, options.directory, metrics.damaged_ranges) {}

  std::unique_ptr<File> lock;  // The folder is ours.
  Segments segments;
  DamageLog damage;
  std::unique_ptr<SegmentLog> log;
  std::map<uint32_t, CatchUp> readers;  // By cursor.
};

}  // namespace andon::journal
