#include "outputs/elasticsearch/event_walk.h"

#include "core/event/entry_head.h"

namespace andon::elasticsearch {

void EventWalk::ReadOtherHead(const std::byte* at, WalkedEvent& event) {
  const EntryHead head = ReadEntryHead(at);
  event.time = head.time;
  event.record = head.record;
}

std::vector<Range> EventWalk::Left() const {
  std::vector<Range> left;
  for (size_t i = piece_; i < pieces_.size(); ++i) {
    const Piece& one = pieces_[i];
    if (one.count == 0) continue;
    left.push_back({one.first + (i == piece_ ? index_ : 0), one.first + one.count - 1});
  }
  return left;
}

void EventWalk::NextPiece() {
  ++piece_;
  offset_ = 0;
  index_ = 0;
  run_ = 0;
  run_index_ = 0;
  SkipEmpty();
}

void EventWalk::SkipEmpty() {
  while (piece_ < pieces_.size() && pieces_[piece_].count == 0) ++piece_;
}

}  // namespace andon::elasticsearch
