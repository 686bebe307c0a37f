#include "outputs/forward/sent_book.h"

namespace andon::forward {
namespace {

bool Covers(const RangeSet& set, Range range) {
  const std::vector<Range> common = set.Common(range);
  return common.size() == 1 && common.front() == range;
}

}  // namespace

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
    for (const Range& range : lane.reserved.ranges()) may_have[id].Add(range);
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
  at->reserved.Remove({1, settled});
  at->noted.Remove({1, settled});
}

void SentBook::GivenAway(const LaneId& lane, const std::vector<Range>& ranges) {
  Lane* at = Find(lane);
  if (at == nullptr) return;
  for (const Range& range : ranges) {
    at->sent.Remove(range);
    at->doubts.Remove(range);
    at->reserved.Remove(range);
    at->noted.Remove(range);
  }
}

bool SentBook::Noted(const LaneId& lane, Range range) const {
  const auto at = lanes_.find(lane);
  return at != lanes_.end() && Covers(at->second.noted, range);
}

bool SentBook::Reserved(const LaneId& lane, Range range) const {
  const auto at = lanes_.find(lane);
  return at != lanes_.end() && Covers(at->second.reserved, range);
}

void SentBook::Reserve(const LaneId& lane, const RangeSet& ranges) {
  for (const Range& range : ranges.ranges()) lanes_[lane].reserved.Add(range);
}

void SentBook::ReservationsNoted(const std::map<LaneId, RangeSet>& may_have) {
  for (auto& [id, lane] : lanes_) {
    const auto at = may_have.find(id);
    if (at == may_have.end()) continue;
    for (const Range& range : lane.reserved.ranges()) {
      for (const Range& both : at->second.Common(range)) lane.noted.Add(both);
    }
  }
}

void SentBook::DropReservations() {
  for (auto& [id, lane] : lanes_) lane.reserved = lane.noted = {};
}

}  // namespace andon::forward
