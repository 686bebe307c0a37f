// What an output is given to deliver: a window of one lane with the pieces that the output wants.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/event/event_batch.h"
#include "core/event/run_set.h"

namespace andon {

// Consecutive entries of one tag. `first` is the lane's number of the first entry; they are dense.
struct Piece {
  const Tag* tag = nullptr;
  Bytes entries;
  uint32_t count = 0;
  Sequence first = 0;
  std::span<const Run> origin;  // Empty: identity is (chunk.lane(), first + i).
  TimeRange times;
};

// A value that pins the journal's memory behind its pieces; copies nothing. Thread: any, and cheap
// to move.
class Chunk {
 public:
  struct Parts {
    LaneId lane;
    Range window;
    Sequence settled = 0;
    std::vector<Piece> pieces;
    std::vector<std::shared_ptr<const void>> pins;
    bool cut = false;
    size_t own_bytes = 0;  // Behind the pieces, once they are in memory of their own.
  };
  explicit Chunk(Parts parts) : parts_(std::make_shared<const Parts>(std::move(parts))) {}

  LaneId lane() const { return parts_->lane; }
  // What the chunk stands for, what other outputs have in between included. May be wider than the
  // pieces.
  Range window() const { return parts_->window; }
  // Up to here this output has finished the lane, durably: nothing of it comes again.
  Sequence settled() const { return parts_->settled; }
  std::span<const Piece> pieces() const { return parts_->pieces; }
  // What of the window is in no piece will never come to this output. False after Only: then it
  // may be on its way elsewhere.
  bool whole() const { return !parts_->cut; }

  uint64_t events() const;
  size_t bytes() const;  // Of the entries.

  // The same chunk with only what is in `ranges` (for what must come again).
  Chunk Only(std::span<const Range> ranges) const;
  // The same events in memory of their own, which pins nothing of the journal's: for those that
  // wait while others go on.
  Chunk Detached() const;

 private:
  std::shared_ptr<const Parts> parts_;
};

}  // namespace andon
