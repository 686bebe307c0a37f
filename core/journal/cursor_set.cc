#include "core/journal/cursor_set.h"

#include <algorithm>
#include <utility>

#include "core/journal/intake.h"

namespace andon::journal {

void CursorSet::Recovered(const CursorState& state, uint64_t routed) {
  auto cursor = std::make_shared<Cursor>(state, routed, Cursor::From::kJournal, host_);
  cursor->Begin();
  MutexLock lock(mutex_);
  by_id_[state.id] = std::move(cursor);
}

std::shared_ptr<Cursor> CursorSet::FindOrMake(const std::string& id, bool pending) {
  const StreamPosition end = host_.stream->end();
  std::shared_ptr<Cursor> made;
  {
    MutexLock lock(mutex_);
    std::shared_ptr<Cursor>& cursor = by_id_[id];
    if (cursor != nullptr) return cursor;
    CursorState state;
    state.number = next_number_++;
    state.id = id;
    state.resume = end;
    state.pending = pending;
    cursor = made = std::make_shared<Cursor>(std::move(state), 0, Cursor::From::kNothing, host_);
  }
  made->Begin();
  // So that it is stored.
  host_.intake->request_commit();
  return made;
}

std::shared_ptr<Cursor> CursorSet::Find(const std::string& id) const {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<Cursor> CursorSet::Forget(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  std::shared_ptr<Cursor> cursor = std::move(found->second);
  by_id_.erase(found);
  return cursor;
}

std::vector<std::shared_ptr<Cursor>> CursorSet::All() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Cursor>> all;
  all.reserve(by_id_.size());
  for (const auto& [id, cursor] : by_id_) all.push_back(cursor);
  return all;
}

uint32_t CursorSet::RouteTo(std::span<const std::string> ids) {
  std::vector<std::shared_ptr<Cursor>> cursors;
  cursors.reserve(ids.size());
  for (const std::string& id : ids) cursors.push_back(FindOrMake(id));
  std::ranges::sort(cursors, {}, &Cursor::number);
  cursors.erase(std::unique(cursors.begin(), cursors.end()), cursors.end());
  Route route;
  for (const auto& cursor : cursors) {
    route.cursors.push_back(cursor->number());
    route.counts.push_back(cursor->routed());
  }
  return host_.intake->routes.Add(std::move(route));
}

}  // namespace andon::journal
