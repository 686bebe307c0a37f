#include "inputs/forward/lane_cut.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/uuid.h"

namespace andon::forward {
namespace {

uint64_t Size(const Range& range) { return range.last - range.first + 1; }

std::vector<Run> Identities(const Hop& hop) {
  if (!hop.origin.empty()) return hop.origin;
  std::vector<Run> identities;
  for (const Range& range : hop.runs) {
    identities.push_back({hop.lane, range.first, static_cast<uint32_t>(Size(range))});
  }
  return identities;
}

}  // namespace

std::string LaneCut::Source(std::string_view principal, const LaneId& lane,
                            std::string_view output) {
  std::string source = "forward:";
  source += principal;
  source += ':';
  source += ToString(lane);
  source += ':';
  source += output;
  return source;
}

LaneCut::LaneCut(const Hop& hop, std::string_view principal)
    : hop_(hop),
      source_(Source(principal, hop.lane, hop.output)),
      events_left_(hop.events()),
      identities_(Identities(hop)) {}

void LaneCut::Claim(uint64_t count, PositionStore& positions) {
  CHECK(count <= events_left_);
  events_left_ -= count;
  wanted_.clear();
  while (count > 0) {
    const Range& run = hop_.runs[run_];
    const Sequence first = run.first + run_done_;
    const uint64_t taken = std::min(count, run.last - first + 1);
    wanted_.push_back({first, first + taken - 1});
    count -= taken;
    run_done_ += taken;
    if (first + taken > run.last) {
      ++run_;
      run_done_ = 0;
    }
  }
  accepted_ = {};
  claimed_ = 0;
  for (const Range& range : positions.Claim(source_, wanted_)) {
    accepted_.Add(range);
    claimed_ += Size(range);
  }
  wanted_at_ = 0;
  wanted_done_ = 0;
}

std::string LaneCut::PositionValue() const {
  RunSet value = accepted_;
  value.RaiseTo(hop_.settled);
  ByteBuffer encoded;
  value.EncodeTo(encoded);
  return std::string(encoded.text());
}

LaneCut::Stretch LaneCut::Next(uint64_t at_most) {
  CHECK(wanted_at_ < wanted_.size() && at_most > 0);
  const Range& range = wanted_[wanted_at_];
  const Sequence first = range.first + wanted_done_;
  const Sequence last = std::min(range.last, first + (at_most - 1));
  const bool is_new = accepted_.Contains(first);
  const std::vector<Range> missing = accepted_.Missing({first, last});
  Sequence end = last;
  if (is_new && !missing.empty()) end = missing.front().first - 1;
  if (!is_new) end = missing.front().last;
  const uint64_t count = end - first + 1;
  wanted_done_ += count;
  if (end == range.last) {
    ++wanted_at_;
    wanted_done_ = 0;
  }
  TakeOrigin(count, is_new);
  return {count, is_new};
}

void LaneCut::TakeOrigin(uint64_t count, bool keep) {
  origin_.clear();
  while (count > 0) {
    const Run& run = identities_[identity_];
    const auto taken = static_cast<uint32_t>(std::min<uint64_t>(count, run.count - identity_done_));
    if (keep) origin_.push_back({run.lane, run.first + identity_done_, taken});
    count -= taken;
    identity_done_ += taken;
    if (identity_done_ == run.count) {
      ++identity_;
      identity_done_ = 0;
    }
  }
}

}  // namespace andon::forward
