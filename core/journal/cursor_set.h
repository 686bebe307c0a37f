// All cursors by their outputs' ids: those that are read, and those that are kept for a while.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/journal/cursor.h"

namespace andon::journal {

// Thread: any.
class CursorSet {
 public:
  CursorSet(Cursor::Host host, uint32_t next_number)
      : host_(std::move(host)), next_number_(next_number) {}

  void Recovered(const CursorState& state, uint64_t routed);
  // A new one begins at the stream's end. `pending`: nobody routes to it yet.
  std::shared_ptr<Cursor> FindOrMake(const std::string& id, bool pending = false);
  // Null when there is none.
  std::shared_ptr<Cursor> Find(const std::string& id) const;
  // Null when there is none.
  std::shared_ptr<Cursor> Forget(const std::string& id);
  std::vector<std::shared_ptr<Cursor>> All() const;
  uint32_t RouteTo(std::span<const std::string> ids);

 private:
  const Cursor::Host host_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<Cursor>> by_id_ GUARDED_BY(mutex_);
  uint32_t next_number_ GUARDED_BY(mutex_);
};

}  // namespace andon::journal
