// What a folder of segments holds, found at start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/file.h"
#include "core/journal/block_pool.h"
#include "core/journal/damage.h"
#include "core/journal/part_reader.h"
#include "core/journal/segments.h"
#include "core/journal/state.h"

namespace andon::journal {

struct Recovered {
  State state;
  uint64_t newest = 0;          // Number of the last segment; 0 when there is none.
  uint64_t proved = 0;          // Of it: durable before its last commit was written.
  uint64_t highest_number = 0;  // Of any file, segment or not.
};

// Fills `segments`. Changes nothing on the disk but quarantine, and what never became a segment.
// kRejected: a newer format; kUnavailable: the folder or a file cannot be read.
Result<Recovered> Recover(Segments& segments, std::shared_ptr<BlockPool> pool, DamageLog& damage);

// Applies a segment's records from `offset` (0: all) to `state`.
struct ReplayContext {
  std::shared_ptr<BlockPool> pool;
  DamageLog* damage;  // Null: damage is stepped over in silence.
};
Status ReplaySegment(File& file, const Segment& segment, const ReplayContext& context,
                     State& state);

}  // namespace andon::journal
