// Which entries of an andon sender's message are new: its numbers against those accepted before.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/event/event_batch.h"
#include "core/event/run_set.h"
#include "core/forward/hop.h"
#include "core/plugin/position_store.h"

namespace andon::forward {

// Walks through a message's numbers and identities, entry by entry, over all its parts.
class LaneCut {
 public:
  // "forward:<principal>:<lane>:<output>": the source under which accepted numbers are stored.
  static std::string Source(std::string_view principal, const LaneId& lane,
                            std::string_view output);

  // `hop` must outlive this.
  LaneCut(const Hop& hop, std::string_view principal);

  const std::string& source() const { return source_; }
  uint64_t events_left() const { return events_left_; }

  // Claims the numbers of the next `count` entries, at most events_left().
  void Claim(uint64_t count, PositionStore& positions);
  // Of what was claimed last: how many are new.
  uint64_t claimed() const { return claimed_; }
  // What to store with them.
  std::string PositionValue() const;

  // The next `count` entries, all of what Claim was told in the end. Next says of how many,
  // beginning with the first, the answer is the same.
  struct Stretch {
    uint64_t count;
    bool is_new;
  };
  Stretch Next(uint64_t at_most);
  // Identities of the stretch that Next gave last, if it is new.
  std::span<const Run> origin() const { return origin_; }

 private:
  void TakeOrigin(uint64_t count, bool keep);

  const Hop& hop_;
  std::string source_;
  uint64_t events_left_;
  size_t run_ = 0;  // Where Claim is: hop_.runs[run_], so many of it done.
  uint64_t run_done_ = 0;
  std::vector<Range> wanted_;  // Of the last Claim.
  RunSet accepted_;
  uint64_t claimed_ = 0;
  size_t wanted_at_ = 0;  // Where Next is.
  uint64_t wanted_done_ = 0;
  std::vector<Run> identities_;
  size_t identity_ = 0;
  uint32_t identity_done_ = 0;
  std::vector<Run> origin_;
};

}  // namespace andon::forward
