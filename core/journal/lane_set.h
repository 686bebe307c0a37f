// All lanes that workers append to, and the cut through them: one moment for all.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/lane.h"

namespace andon::journal {

class LaneSet {
 public:
  void Add(std::shared_ptr<Lane> lane);
  void ForEach(const std::function<void(Lane&)>& visit) const;  // Thread: any.

  struct LaneCut {
    std::shared_ptr<Lane> lane;
    Lane::Cut cut;
  };
  struct Cut {
    uint64_t commit = 0;  // Its number.
    std::vector<LaneCut> lanes;
  };
  // What was appended before anything that is in the cut is in it too. Closed lanes leave the set.
  // Thread: journal.
  Cut CutAll(Intake& intake);

 private:
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<Lane>> lanes_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
