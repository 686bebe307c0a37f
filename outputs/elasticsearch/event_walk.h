// Walks the events of a chunk with their identities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/event/chunk.h"
#include "core/event/common_entry_head.h"
#include "core/event/msgpack_walk.h"

namespace andon::elasticsearch {

struct WalkedEvent {
  EventTime time;
  const std::byte* record;        // A map.
  const std::byte* readable_end;  // What is in front of it is there: entries of the same piece.
  LaneId lane;                    // Its identity.
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
  bool begins_piece() const { return index_ == 0; }

  WalkedEvent Read() const {
    const Piece& from = piece();
    WalkedEvent event{};
    event.readable_end = from.entries.data() + from.entries.size();
    const std::byte* const at = from.entries.data() + offset_;
    ReadHead(at, event);
    if (whole_entries_) event.entry = Bytes(at, ValueSize(at));
    const bool own = from.origin.empty();
    event.lane = own ? chunk_.lane() : from.origin[run_].lane;
    event.sequence = own ? number() : from.origin[run_].first + run_index_;
    return event;
  }
  // `end`: where the bytes of the event that was read end; null when that is not known.
  void Next(const std::byte* end) {
    const Piece& from = piece();
    const std::byte* const begin = from.entries.data();
    if (end == nullptr) end = begin + offset_ + ValueSize(begin + offset_);
    offset_ = static_cast<size_t>(end - begin);
    if (!from.origin.empty() && ++run_index_ == from.origin[run_].count) {
      ++run_;
      run_index_ = 0;
    }
    if (++index_ == from.count) NextPiece();
  }
  // What has not been passed.
  std::vector<Range> Left() const;

 private:
  static void ReadHead(const std::byte* at, WalkedEvent& event) {
    if (event.readable_end - at >= static_cast<ptrdiff_t>(CommonEntryHead::kLookAhead)) {
      const CommonEntryHead head = CommonEntryHead::Read(at);
      if (head.bytes > 0) {
        event.time = head.event_time();
        event.record = at + head.bytes;
        return;
      }
    }
    ReadOtherHead(at, event);
  }
  static void ReadOtherHead(const std::byte* at, WalkedEvent& event);
  void NextPiece();
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
