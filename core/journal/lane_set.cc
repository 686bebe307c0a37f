#include "core/journal/lane_set.h"

#include <functional>

namespace andon::journal {

void LaneSet::Add(std::shared_ptr<Lane> lane) {
  MutexLock lock(mutex_);
  lanes_.push_back(std::move(lane));
}

void LaneSet::ForEach(const std::function<void(Lane&)>& visit) const {
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    MutexLock lock(mutex_);
    lanes = lanes_;
  }
  for (const auto& lane : lanes) visit(*lane);
}

LaneSet::Cut LaneSet::CutAll(Intake& intake) {
  // Also over the whole cut: who is added meanwhile must not take the commit's number for his.
  MutexLock lock(mutex_);
  Cut cut;
  cut.lanes.reserve(lanes_.size());
  std::vector<std::unique_lock<std::mutex>> held;
  held.reserve(lanes_.size());
  for (const auto& lane : lanes_) held.emplace_back(lane->mutex().native());
  cut.commit = intake.next_commit;
  for (auto& lane : lanes_) {
    Lane::Cut one = lane->CutAll();
    if (one.parts.empty() && !one.answers && !one.closed) continue;
    cut.lanes.push_back({lane, std::move(one)});
  }
  intake.next_commit = cut.commit + 1;
  held.clear();
  for (const LaneCut& one : cut.lanes) {
    if (one.cut.closed) std::erase(lanes_, one.lane);
  }
  return cut;
}

}  // namespace andon::journal
