#include "core/journal/cursor_progress.h"

#include <algorithm>
#include <utility>

namespace andon::journal {

CursorProgress::CursorProgress(CursorState state) : state_(std::move(state)) {
  for (auto& [id, done] : state_.lanes) {
    LaneProgress& lane = lanes_[id];
    lane.durable = done.watermark();
    lane.done = std::move(done);
  }
  state_.lanes.clear();
  Restart();
}

void CursorProgress::Restart() {
  ahead_unmet_ = state_.ahead + ahead_unmet_ + finished_in_tracks_;
  state_.ahead = 0;
  finished_in_tracks_ = 0;
  past_open_ = 0;
  tracks_.clear();
  scanned_ordinal_ = state_.ordinal;
  for (auto& [id, lane] : lanes_) {
    lane.met = false;
    lane.open.clear();
  }
}

void CursorProgress::EnterSegment(uint64_t ordinal, bool dropped) {
  if (ordinal <= scanned_ordinal_) return;
  const uint64_t unmet = ordinal - scanned_ordinal_;
  const uint64_t ahead = std::min(unmet, ahead_unmet_);
  ahead_unmet_ -= ahead;
  (dropped ? state_.gap : state_.damaged) += unmet - ahead;
  Track track;
  track.end = tracks_.empty() ? state_.resume : tracks_.rbegin()->second.end;
  track.routed = track.finished = unmet;
  AddTrack(track);
}

bool CursorProgress::LetGo(uint64_t ordinal, uint64_t coming) {
  const uint64_t known = scanned_ordinal_ + coming + ahead_unmet_;
  if (ordinal <= known) return false;
  state_.gap += ordinal - known;
  ahead_unmet_ += ordinal - known;
  return true;
}

void CursorProgress::BeginPart(const LaneId& lane) {
  lane_ = &lanes_[lane];
  track_ = Track();
}

std::vector<Range> CursorProgress::Missing(const LaneProgress& lane, Range range) const {
  const std::vector<Range>& above = lane.done.above();
  const Sequence highest = above.empty() ? lane.done.watermark() : above.back().last;
  if (range.first > highest) return {range};
  return lane.done.Missing(range);
}

void CursorProgress::FlushSkipped() {
  if (skipped_.first <= skipped_.last) lane_->done.Add(skipped_);
  skipped_ = Range();
}

void CursorProgress::Skip(Range range) {
  if (skipped_.first <= skipped_.last && skipped_.last + 1 == range.first) {
    skipped_.last = range.last;
    return;
  }
  FlushSkipped();
  skipped_ = range;
}

// Returns how many events that is.
uint64_t CursorProgress::Open(Range range, bool past) {
  auto& open = lane_->open;
  const auto before = open.empty() ? open.end() : std::prev(open.end());
  if (before != open.end() && before->second.last + 1 == range.first &&
      before->second.track == next_track_ && before->second.past == past) {
    before->second.last = range.last;
  } else {
    open[range.first] = {range.last, next_track_, past};
  }
  return range.last - range.first + 1;
}

void CursorProgress::Record(Range record, Use use, std::vector<Range>& missing) {
  LaneProgress& lane = *lane_;
  if (!lane.met) {
    lane.met = true;
    // Everything in front of where reading begins is finished, or not ours.
    lane.done.RaiseTo(record.first - 1);
    lane.scanned = record.first - 1;
  }
  if (record.last <= lane.scanned) return;
  // Numbers that are missing in between were lost; they will not come.
  if (use == Use::kSkip) {
    Skip({lane.scanned + 1, record.last});
  } else if (record.first > lane.scanned + 1) {
    Skip({lane.scanned + 1, record.first - 1});
  }
  lane.scanned = record.last;
  if (use != Use::kSkip) Follow(record, use == Use::kPast, missing);
}

void CursorProgress::Follow(Range record, bool past, std::vector<Range>& missing) {
  FlushSkipped();
  const std::vector<Range> not_done = Missing(*lane_, record);
  missing.insert(missing.end(), not_done.begin(), not_done.end());
  uint64_t open = 0;
  for (const Range& range : not_done) open += Open(range, past);
  track_.open += open;
  if (past) {
    past_open_ += open;
    return;
  }
  const uint64_t events = record.last - record.first + 1;
  const uint64_t finished = events - open;
  const uint64_t ahead = std::min(finished, ahead_unmet_);
  ahead_unmet_ -= ahead;
  // More than was counted as finished: what was taken for finished in a gap was lost instead.
  state_.gap += finished - ahead;
  track_.routed += events;
  track_.finished += finished;
}

void CursorProgress::EndPart(const StreamPosition& end) {
  FlushSkipped();
  track_.end = end;
  AddTrack(track_);
  lane_ = nullptr;
}

void CursorProgress::Reached(const StreamPosition& end) {
  Track track;
  track.end = end;
  AddTrack(track);
}

void CursorProgress::AddTrack(const Track& track) {
  scanned_ordinal_ += track.routed;
  finished_in_tracks_ += track.finished;
  const auto added = tracks_.emplace(next_track_++, track).first;
  if (track.open == 0) Settle(added);
}

void CursorProgress::Settle(Tracks::iterator track) {
  if (track == tracks_.begin()) {
    while (!tracks_.empty() && tracks_.begin()->second.open == 0) {
      const Track& front = tracks_.begin()->second;
      state_.resume = std::max(state_.resume, front.end);
      state_.ordinal += front.routed;
      finished_in_tracks_ -= front.finished;
      tracks_.erase(tracks_.begin());
    }
    return;
  }
  const auto join = [this](Tracks::iterator into, Tracks::iterator from) {
    into->second.end = from->second.end;
    into->second.routed += from->second.routed;
    into->second.finished += from->second.finished;
    tracks_.erase(from);
  };
  const auto next = std::next(track);
  if (next != tracks_.end() && next->second.open == 0) join(track, next);
  const auto before = std::prev(track);
  if (before->second.open == 0) join(before, track);
}

void CursorProgress::FinishExtent(const Extent& extent, uint64_t events) {
  const auto track = tracks_.find(extent.track);
  track->second.open -= events;
  if (extent.past) {
    past_open_ -= events;
  } else {
    track->second.finished += events;
    finished_in_tracks_ += events;
  }
  if (track->second.open == 0) Settle(track);
}

void CursorProgress::FinishRange(LaneProgress& lane, Range range) {
  auto it = lane.open.upper_bound(range.last);
  while (it != lane.open.begin()) {
    --it;
    const Sequence first = it->first;
    const Extent extent = it->second;
    if (extent.last < range.first) break;
    const Range cut{std::max(first, range.first), std::min(extent.last, range.last)};
    it = lane.open.erase(it);
    if (cut.last < extent.last) {
      Extent rest = extent;
      it = lane.open.emplace_hint(it, cut.last + 1, rest);
    }
    if (first < cut.first) {
      Extent rest = extent;
      rest.last = cut.first - 1;
      it = lane.open.emplace_hint(it, first, rest);
    }
    FinishExtent(extent, cut.last - cut.first + 1);
  }
  lane.done.Add(range);
}

void CursorProgress::Finish(const LaneId& id, std::span<const Range> ranges) {
  const auto found = lanes_.find(id);
  if (found == lanes_.end()) return;
  LaneProgress& lane = found->second;
  for (Range range : ranges) {
    range.last = std::min(range.last, lane.scanned);
    if (range.first > range.last) continue;
    for (const Range& missing : lane.done.Missing(range)) FinishRange(lane, missing);
  }
}

void CursorProgress::Lose(const LaneId& lane, std::span<const Range> ranges) {
  Finish(lane, ranges);
  for (const Range& range : ranges) state_.damaged += range.last - range.first + 1;
}

void CursorProgress::SkipTo(const StreamPosition& end, const State& state) {
  Restart();
  ahead_unmet_ = 0;
  const auto routed = state.routed.find(state_.number);
  state_.ordinal = scanned_ordinal_ = routed == state.routed.end() ? 0 : routed->second;
  state_.resume = end;
  for (auto& [id, lane] : lanes_) {
    const auto known = state.lanes.find(id);
    if (known != state.lanes.end()) lane.done.RaiseTo(known->second.last);
  }
}

void CursorProgress::SetNote(std::string note) { state_.note = std::move(note); }

uint64_t CursorProgress::Held(uint64_t routed) const {
  const uint64_t finished = state_.ordinal + ahead_unmet_ + finished_in_tracks_;
  return (routed > finished ? routed - finished : 0) + past_open_;
}

Sequence CursorProgress::Watermark(const LaneId& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.done.watermark();
}

Sequence CursorProgress::DurableWatermark(const LaneId& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.durable;
}

CursorState CursorProgress::Snapshot() const {
  CursorState state = state_;
  state.ahead = ahead_unmet_ + finished_in_tracks_;
  for (const auto& [id, lane] : lanes_) state.lanes.emplace(id, lane.done);
  return state;
}

void CursorProgress::Stored(const CursorState& stored) {
  for (const auto& [id, done] : stored.lanes) {
    const auto found = lanes_.find(id);
    if (found != lanes_.end()) {
      found->second.durable = std::max(found->second.durable, done.watermark());
    }
  }
}

std::vector<LaneId> CursorProgress::Lanes() const {
  std::vector<LaneId> ids;
  ids.reserve(lanes_.size());
  for (const auto& [id, lane] : lanes_) ids.push_back(id);
  return ids;
}

}  // namespace andon::journal
