// Which timer is due next: a binary heap that knows where each timer is, so that cancelling one
// costs as little as firing it. Owns nothing and allocates only when it grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/time.h"

namespace andon {

class TimerHeap {
 public:
  static constexpr size_t kNowhere = SIZE_MAX;
  struct Entry {
    MonotonicTime due;
    uint64_t ticket = 0;  // Among equals the one that was armed first.
    size_t index = kNowhere;
  };

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  Entry* first() const { return heap_.front(); }
  void Insert(Entry* entry);
  // Without effect when it is not in the heap.
  void Remove(Entry* entry);

 private:
  void Place(Entry* entry, size_t index);
  void Up(size_t index);
  void Down(size_t index);
  std::vector<Entry*> heap_;
};

}  // namespace andon
