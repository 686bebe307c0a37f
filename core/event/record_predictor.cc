#include "core/event/record_predictor.h"

#include <algorithm>

namespace andon {
namespace {

constexpr uint32_t kLongestPause = 256;
// A shape that matched fewer records was not worth learning.
constexpr uint32_t kWorthLearning = 4;

}  // namespace

void RecordPredictor::Missed(const std::byte* record) {
  if (wait_ > 0) {
    --wait_;
    return;
  }
  if (count_ < kMostShapes) {
    known_[count_++].shape = std::make_unique<RecordShape>();
  } else if (known_.back().rank > 0) {
    --known_.back().rank;
    return;
  }
  Known& last = known_[count_ - 1];
  pause_ = last.shape->matches() < kWorthLearning ? std::min(2 * pause_, kLongestPause) : 1;
  wait_ = pause_ - 1;
  last.shape->Learn(record);
  last.rank = 0;
}

void RecordPredictor::Halve() {
  for (Known& known : known_) known.rank /= 2;
}

}  // namespace andon
