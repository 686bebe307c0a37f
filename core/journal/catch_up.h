// Reads from the disk for one output that is behind what memory holds.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/journal/damage.h"
#include "core/journal/segment_scan.h"
#include "core/journal/segments.h"
#include "core/journal/stream.h"

namespace andon::journal {

// Thread: journal.
class CatchUp {
 public:
  CatchUp(Segments& segments, std::shared_ptr<BlockPool> pool, DamageLog& damage)
      : segments_(segments), pool_(std::move(pool)), damage_(damage) {}

  struct Found {
    std::vector<StreamPart> parts;
    StreamPosition end;    // How far was read, or where the next try begins.
    bool dropped = false;  // What is missing in front was freed.
    bool failed = false;   // It is there but cannot be read now; nothing was read.
  };
  // About 1 MiB from `from` on, below `end`. Segments before `oldest` were let go.
  Found Read(StreamPosition from, const StreamPosition& end, uint64_t oldest);

 private:
  enum class Opened : uint8_t { kYes, kGone, kNotNow };
  Opened Open(uint64_t number);
  bool MayBeReadLater();
  // About 1 MiB of the open segment.
  void ReadParts(uint64_t offset, Found& found);
  void ReadPart(const SegmentScan::Step& step, Found& found);

  Segments& segments_;
  const std::shared_ptr<BlockPool> pool_;
  DamageLog& damage_;
  uint64_t number_ = 0;  // Of the segment that is open here.
  std::unique_ptr<File> file_;
  std::unique_ptr<PartReader> reader_;
  int failed_reads_ = 0;  // One after the other.
};

}  // namespace andon::journal
