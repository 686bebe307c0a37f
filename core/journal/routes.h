// Which outputs a record is for: sets of cursors, by a small number that workers keep.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/base/mutex.h"

namespace andon::journal {

// How many events were appended for a cursor; shared with whoever appends.
struct RoutedCount {
  explicit RoutedCount(uint64_t begin) : events(begin) {}
  std::atomic<uint64_t> events;
};

struct Route {
  std::vector<uint32_t> cursors;  // Sorted.
  std::vector<std::shared_ptr<RoutedCount>> counts;
};

// Thread: any.
class Routes {
 public:
  Routes() { routes_.push_back(std::make_shared<const Route>()); }  // 0: nobody.
  // The same set gives the same number.
  uint32_t Add(Route route);
  std::shared_ptr<const Route> Find(uint32_t id) const;

 private:
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<const Route>> routes_ GUARDED_BY(mutex_);
  std::map<std::vector<uint32_t>, uint32_t> by_cursors_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
