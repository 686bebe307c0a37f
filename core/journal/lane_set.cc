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
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    MutexLock lock(mutex_);
    lanes = lanes_;
  }
  Cut cut;
  cut.lanes.reserve(lanes.size());
  std::vector<std::unique_lock<std::mutex>> held;
  held.reserve(lanes.size());
  for (const auto& lane : lanes) held.emplace_back(lane->mutex().native());
  cut.commit = intake.next_commit;
  for (auto& lane : lanes) {
    Lane::Cut one = lane->CutAll();
    if (one.parts.empty() && !one.answers && !one.closed) continue;
    cut.lanes.push_back({lane, std::move(one)});
  }
  intake.next_commit = cut.commit + 1;
  held.clear();
  for (const LaneCut& one : cut.lanes) {
    if (!one.cut.closed) continue;
    MutexLock lock(mutex_);
    std::erase(lanes_, one.lane);
  }
  return cut;
}

}  // namespace andon::journal
