#include "core/journal/routes.h"

#include <utility>

#include "core/base/check.h"

namespace andon::journal {

uint32_t Routes::Add(Route route) {
  if (route.cursors.empty()) return 0;
  MutexLock lock(mutex_);
  const auto [found, added] =
      by_cursors_.try_emplace(route.cursors, static_cast<uint32_t>(routes_.size()));
  if (added) routes_.push_back(std::make_shared<const Route>(std::move(route)));
  return found->second;
}

std::shared_ptr<const Route> Routes::Find(uint32_t id) const {
  MutexLock lock(mutex_);
  CHECK(id < routes_.size());
  return routes_[id];
}

}  // namespace andon::journal
