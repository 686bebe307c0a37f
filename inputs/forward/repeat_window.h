// Recognises chunks that a sender without numbers (fluentd, fluent-bit, a client library) sends a
// second time: the same chunk id with the same content, from the same sender. Off by default.
//
// What is remembered is stored with the events (source "forward.chunk:<hash>"), so it survives a
// restart; after one, the order in which chunks are forgotten is not the order in which they came.
// Of a chunk that is taken in pieces each says how many events are stored ("forward.part:<hash>"),
// until the last says that it is whole: after a crash in between, a repeat brings the rest.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/plugin/position_store.h"
#include "inputs/forward/turn.h"

namespace andon::forward {

// Thread: worker.
class RepeatWindow {
 public:
  // Remembers `size` chunks; 0 is off. `recover`: takes over what was stored (one worker does).
  // Trim then forgets what is too much.
  RepeatWindow(PositionStore& positions, size_t size, bool recover);

  bool enabled() const { return size_ > 0; }
  struct Content {
    std::string_view principal;
    Bytes chunk_id;
    std::string_view tag;
    Bytes entries;
  };
  // False when the chunk was taken before. Else it is claimed, and Remember must follow.
  bool Claim(const Content& content);
  // Of what was claimed last: so many events at its front were stored before a crash.
  uint64_t stored_events() const { return stored_events_; }
  // With this turn so many are. More pieces follow.
  void RememberPart(uint64_t events, Turn& turn);
  // All of what was claimed last is stored with this turn: the one that has the last of its events,
  // or a crash before that would make the rest look stored.
  void Remember(Turn& turn);
  void Trim(Turn& turn);

 private:
  PositionStore& positions_;
  const size_t size_;
  std::deque<std::string> sources_;  // The oldest first.
  std::string part_;                 // The other source of what was claimed last.
  uint64_t stored_events_ = 0;
};

}  // namespace andon::forward
