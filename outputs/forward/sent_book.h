// What one server has been sent of each lane, as far as it matters: nothing below what is settled.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/event/event_batch.h"
#include "outputs/forward/range_set.h"

namespace andon::forward {

// Thread: output.
class SentBook {
 public:
  struct Lane {
    RangeSet sent;    // It may have these: sent, acknowledged or not.
    RangeSet doubts;  // Of them: sent, and the answer was lost.
    MonotonicTime doubted_since{};
    // While it is the server in use: these may be sent to it once the note that says so is durable;
    // and those that may, because it is.
    RangeSet reserved;
    RangeSet noted;
    bool empty() const { return sent.empty() && reserved.empty(); }
  };

  // All numbers that it may have are in doubt: after a restart.
  void Recover(const std::map<LaneId, RangeSet>& may_have, MonotonicTime now);
  std::map<LaneId, RangeSet> MayHave() const;

  std::map<LaneId, Lane>& lanes() { return lanes_; }
  const std::map<LaneId, Lane>& lanes() const { return lanes_; }
  Lane* Find(const LaneId& lane);
  bool any_doubts(const LaneId& lane) const;
  uint64_t doubts() const;  // Events, of all lanes.

  void Sent(const LaneId& lane, const std::vector<Range>& ranges);
  // They did not leave this process.
  void NotSent(const LaneId& lane, const std::vector<Range>& ranges);
  void Acknowledged(const LaneId& lane, const std::vector<Range>& ranges);
  void Doubted(const LaneId& lane, const std::vector<Range>& ranges, MonotonicTime now);
  // It is known not to recognise repeats: waiting for it helps nobody.
  void ForgetDoubts();
  // Nothing of the lane up to here comes again.
  void Settled(const LaneId& lane, Sequence settled);
  void Closed(const LaneId& lane) { lanes_.erase(lane); }
  // These go to another server from now on: what this one has of them does not matter any more.
  void GivenAway(const LaneId& lane, const std::vector<Range>& ranges);
  // Whether the durable note says that it may have all of `range`; and whether the next one will.
  bool Noted(const LaneId& lane, Range range) const;
  bool Reserved(const LaneId& lane, Range range) const;
  // The next note will say that it may have these. No two servers may have the same number: a
  // restart could not tell to whom it belongs.
  void Reserve(const LaneId& lane, const RangeSet& ranges);
  // Every reservation at the time of `may_have` is durable now.
  void ReservationsNoted(const std::map<LaneId, RangeSet>& may_have);
  // It is no longer the server in use.
  void DropReservations();

 private:
  std::map<LaneId, Lane> lanes_;
};

}  // namespace andon::forward
