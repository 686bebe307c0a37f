// A commit: what all lanes have, and what the journal itself has to say, written as one. After a
// crash it is found whole or not at all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/journal/block_pool.h"
#include "core/journal/lane_part.h"
#include "core/journal/lane_set.h"
#include "core/journal/state.h"

namespace andon::journal {

struct CommitPart {
  LaneId lane;
  LanePart data;
  StreamPosition at;   // Of its header. Set when it is written.
  StreamPosition end;  // Behind its padding.
};

struct Commit {
  uint64_t number = 0;
  std::vector<CommitPart> parts;
  std::vector<std::shared_ptr<Lane>> answers;  // Lanes with acks that wait for it.

  // Control records; they make a last part.
  std::vector<CursorState> cursors;
  std::vector<uint32_t> forgotten;
  std::vector<LaneId> closed_lanes;
  uint64_t oldest = 0;  // 0: unchanged.
  bool urgent = false;  // May use what a segment has in reserve.

  bool has_control() const {
    return !cursors.empty() || !forgotten.empty() || !closed_lanes.empty() || oldest != 0;
  }
  bool empty() const { return parts.empty() && !has_control(); }
  // In a file, with padding; an upper bound for control records.
  uint64_t BytesOnDisk() const;
};

// The control records as one part; cursors that were never stored begin at `at`.
CommitPart ControlPart(Commit& commit, const StreamPosition& at, uint32_t mask, BlockPool& pool);

// What a durable commit changes.
void ApplyCommit(const Commit& commit, State& state);

}  // namespace andon::journal
