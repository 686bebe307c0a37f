// Walks the events of a chunk with their identities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/event/chunk.h"

namespace andon::elasticsearch {

struct WalkedEvent {
  EventTime time;
  const std::byte* record;  // A map.
  LaneId lane;              // Its identity.
  Sequence sequence;
  Bytes entry;  // The whole of it; empty unless it was asked for.
};

class EventWalk {
 public:
  // `chunk` outlives the walk.
  EventWalk(const Chunk& chunk, bool whole_entries)
      : chunk_(chunk), whole_entries_(whole_entries), pieces_(chunk.pieces()) {
    SkipEmpty();
  }

  bool done() const { return piece_ == pieces_.size(); }
  const Piece& piece() const { return pieces_[piece_]; }
  Sequence number() const { return piece().first + index_; }

  WalkedEvent Read() const;
  // `end`: where the bytes of the event that was read end; null when that is not known.
  void Next(const std::byte* end);
  // What has not been passed.
  std::vector<Range> Left() const;

 private:
  void StartPiece();
  void SkipEmpty();

  const Chunk& chunk_;
  const bool whole_entries_;
  const std::span<const Piece> pieces_;
  size_t piece_ = 0;
  size_t offset_ = 0;
  uint32_t index_ = 0;  // In the piece.
  size_t run_ = 0;
  uint32_t run_index_ = 0;
};

}  // namespace andon::elasticsearch
