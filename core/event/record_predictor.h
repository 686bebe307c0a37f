// The few shapes that the records of one stream have, the likeliest first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/bytes.h"
#include "core/event/record_shape.h"

namespace andon {

class RecordPredictor {
 public:
  // As RecordShape::Match, of any shape.
  size_t Match(Bytes untrusted) {
    for (size_t i = 0; i < count_; ++i) {
      if (const size_t size = known_[i].shape->Match(untrusted); size > 0) {
        Matched(i);
        return size;
      }
    }
    return 0;
  }

  // Tells that a valid record did not match. Takes its shape into the place of one that is no
  // longer met; less and less often where no shape lasts.
  void Missed(const std::byte* record);

 private:
  static constexpr size_t kMostShapes = 3;
  static constexpr uint32_t kHighestRank = 256;
  struct Known {
    std::unique_ptr<RecordShape> shape;
    uint32_t rank = 0;  // Grows with each match; all are halved when one is the highest.
  };

  void Matched(size_t i) {
    if (++known_[i].rank >= kHighestRank) Halve();
    if (i > 0 && known_[i].rank > known_[i - 1].rank) std::swap(known_[i], known_[i - 1]);
  }
  void Halve();

  size_t count_ = 0;
  uint32_t pause_ = 1;  // Misses to let pass after a shape was learned.
  uint32_t wait_ = 0;   // What is left of that.
  std::array<Known, kMostShapes> known_;
};

}  // namespace andon
