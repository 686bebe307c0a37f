// When each sender's lane was last heard of, so that what is remembered of senders that never come
// back goes away one day. The day is stored beside the accepted numbers:
//   "forward.seen:" + the lane's source  ->  day since 1970, four bytes, big-endian
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/time.h"
#include "core/loop/loop.h"
#include "core/plugin/position_store.h"
#include "inputs/forward/turn.h"

namespace andon::forward {

// Thread: worker.
class SenderLanes {
 public:
  SenderLanes(Loop& loop, PositionStore& positions, Duration expiry)
      : loop_(loop), positions_(positions), expiry_(expiry), started_(loop.Now()) {}

  // A message of this lane is being taken: notes the day, when it is a new one.
  void Seen(const std::string& source, Turn& turn);
  // Nothing of it will be sent again. It is erased an hour later: an old connection may still hold
  // something of it that was not read.
  void Closed(const std::string& source);
  // Erases closed lanes, and what was not heard of for `expiry`: by the days that were stored, and
  // also by this process's own clock, which has run for an hour at least. So a wall clock that
  // jumps forgets nothing that is alive.
  void Expire(Turn& turn);

 private:
  struct Heard {
    uint32_t day;  // As stored.
    MonotonicTime at;
  };
  uint32_t Today() const;
  bool HeardLately(const std::string& source) const;
  void Erase(const std::string& source, Turn& turn);

  Loop& loop_;
  PositionStore& positions_;
  const Duration expiry_;
  const MonotonicTime started_;
  std::unordered_map<std::string, Heard> heard_;  // By this worker.
  std::deque<std::pair<MonotonicTime, std::string>> closed_;
};

}  // namespace andon::forward
