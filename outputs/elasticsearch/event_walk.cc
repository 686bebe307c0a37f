#include "outputs/elasticsearch/event_walk.h"

#include "core/event/common_entry_head.h"
#include "core/event/entry_head.h"
#include "core/event/msgpack_walk.h"

namespace andon::elasticsearch {

WalkedEvent EventWalk::Read() const {
  const std::byte* const at = piece().entries.data() + offset_;
  const size_t left = piece().entries.size() - offset_;
  WalkedEvent event{};
  CommonEntryHead head;
  if (left >= CommonEntryHead::kLookAhead) head = CommonEntryHead::Read(at);
  if (head.bytes > 0) {
    event.time = head.event_time();
    event.record = at + head.bytes;
  } else {
    const EntryHead other = ReadEntryHead(at);
    event.time = other.time;
    event.record = other.record;
  }
  if (whole_entries_) event.entry = Bytes(at, ValueSize(at));
  const bool own = piece().origin.empty();
  event.lane = own ? chunk_.lane() : piece().origin[run_].lane;
  event.sequence = own ? number() : piece().origin[run_].first + run_index_;
  return event;
}

void EventWalk::Next(const std::byte* end) {
  const std::byte* const begin = piece().entries.data();
  if (end == nullptr) end = begin + offset_ + ValueSize(begin + offset_);
  offset_ = static_cast<size_t>(end - begin);
  if (!piece().origin.empty() && ++run_index_ == piece().origin[run_].count) {
    ++run_;
    run_index_ = 0;
  }
  if (++index_ < piece().count) return;
  ++piece_;
  StartPiece();
  SkipEmpty();
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

void EventWalk::StartPiece() {
  offset_ = 0;
  index_ = 0;
  run_ = 0;
  run_index_ = 0;
}

void EventWalk::SkipEmpty() {
  while (piece_ < pieces_.size() && pieces_[piece_].count == 0) ++piece_;
}

}  // namespace andon::elasticsearch
