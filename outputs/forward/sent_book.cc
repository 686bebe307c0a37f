#include "outputs/forward/sent_book.h"

#include <algorithm>

namespace andon::forward {

void SentBook::Recover(const std::map<LaneId, RangeSet>& may_have, MonotonicTime now) {
  for (const auto& [id, ranges] : may_have) {
    Lane& lane = lanes_[id];
    lane.sent = lane.doubts = ranges;
    lane.doubted_since = now;
  }
}

std::map<LaneId, RangeSet> SentBook::MayHave() const {
  std::map<LaneId, RangeSet> may_have;
  for (const auto& [id, lane] : lanes_) {
    if (lane.empty()) continue;
    may_have[id] = lane.sent;
    may_have[id].Add(lane.reserved);
  }
  return may_have;
}

SentBook::Lane* SentBook::Find(const LaneId& lane) {
  const auto at = lanes_.find(lane);
  return at == lanes_.end() ? nullptr : &at->second;
}

bool SentBook::any_doubts(const LaneId& lane) const {
  const auto at = lanes_.find(lane);
  return at != lanes_.end() && !at->second.doubts.empty();
}

uint64_t SentBook::doubts() const {
  uint64_t count = 0;
  for (const auto& [id, lane] : lanes_) count += lane.doubts.count();
  return count;
}

void SentBook::Sent(const LaneId& lane, const std::vector<Range>& ranges) {
  for (const Range& range : ranges) lanes_[lane].sent.Add(range);
}

void SentBook::NotSent(const LaneId& lane, const std::vector<Range>& ranges) {
  Lane* at = Find(lane);
  if (at == nullptr) return;
  for (const Range& range : ranges) {
    const std::vector<Range> doubted = at->doubts.Common(range);
    at->sent.Remove(range);
    for (const Range& kept : doubted) at->sent.Add(kept);
  }
}

void SentBook::Acknowledged(const LaneId& lane, const std::vector<Range>& ranges) {
  Lane* at = Find(lane);
  if (at == nullptr) return;
  for (const Range& range : ranges) at->doubts.Remove(range);
}

void SentBook::Doubted(const LaneId& lane, const std::vector<Range>& ranges, MonotonicTime now) {
  Lane& at = lanes_[lane];
  if (at.doubts.empty()) at.doubted_since = now;
  for (const Range& range : ranges) at.doubts.Add(range);
}

void SentBook::ForgetDoubts() {
  for (auto& [id, lane] : lanes_) lane.doubts = {};
}

void SentBook::Settled(const LaneId& lane, Sequence settled) {
  Lane* at = Find(lane);
  if (at == nullptr || settled == 0) return;
  at->sent.Remove({1, settled});
  at->doubts.Remove({1, settled});
  at->reserved.first = std::max(at->reserved.first, settled + 1);
  at->noted.first = std::max(at->noted.first, settled + 1);
}

bool SentBook::Noted(const LaneId& lane, Range range) const {
  const auto at = lanes_.find(lane);
  return at != lanes_.end() && range.first >= at->second.noted.first &&
         range.last <= at->second.noted.last;
}

void SentBook::Reserve(const LaneId& lane, Range range) {
  Range& reserved = lanes_[lane].reserved;
  if (reserved.first > reserved.last) {
    reserved = range;
    return;
  }
  reserved.first = std::min(reserved.first, range.first);
  reserved.last = std::max(reserved.last, range.last);
}

void SentBook::ReservationsNoted(const std::map<LaneId, RangeSet>& may_have) {
  for (auto& [id, lane] : lanes_) {
    const auto at = may_have.find(id);
    if (at == may_have.end()) continue;
    // What was reserved then is a part of what is reserved now, in one run.
    const std::vector<Range> both = at->second.Common(lane.reserved);
    if (!both.empty()) lane.noted = both.back();
  }
}

void SentBook::DropReservations() {
  for (auto& [id, lane] : lanes_) lane.reserved = lane.noted = {};
}

}  // namespace andon::forward
