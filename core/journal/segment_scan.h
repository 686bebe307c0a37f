// Reads one segment: its head, where it ends, and its parts in order, over damage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/journal/block_pool.h"
#include "core/journal/part_reader.h"
#include "core/journal/state.h"
#include "core/journal/stream.h"

namespace andon::journal {

struct SegmentHead {
  SegmentHeader header;
  State snapshot;
};

// The header alone. kCorrupt: there is none; kRejected: a newer format.
Result<SegmentHeader> ReadHeader(File& file, const std::string& name);
// kCorrupt also when the snapshot is damaged.
Result<SegmentHead> ReadHead(File& file, const std::string& name, BlockPool& pool);
// What had been routed before the segment began; null when its snapshot is damaged.
std::shared_ptr<const Ordinals> ReadOrdinals(File& file, const std::string& name, BlockPool& pool);
// For a segment whose header is damaged: what its parts say of it. kCorrupt when none does.
Result<SegmentHeader> RebuildHeader(File& file, uint64_t number, BlockPool& pool);

// Where a segment without a successor ends: behind its last whole commit. Damage in front of what
// is proved to have been durable does not end it.
struct SegmentEnd {
  uint64_t end = 0;
  uint64_t proved = 0;  // All in front was durable before the last commit was written.
};
SegmentEnd FindEnd(PartReader& reader);

// Walks the parts up to the reader's limit.
class SegmentScan {
 public:
  // From `offset`, which is a part's; 0: from the first.
  SegmentScan(PartReader& reader, uint64_t offset);

  struct Step {
    std::optional<DiskPart> part;  // Its records are checked. Empty: only damage, or the end.
    std::vector<DamagedRange> damaged;
    bool end = false;
  };
  Step Next();
  uint64_t offset() const { return offset_; }

 private:
  PartReader& reader_;
  uint64_t offset_;
};

}  // namespace andon::journal
