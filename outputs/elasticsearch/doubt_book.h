// Which events may be in a data stream though nobody said so: those whose answer was lost, and
// after a crash those that may have been sent before it. For that the note beside the cursor says,
// durably and before the first of them is sent, up to where events of a lane may have gone out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/event/chunk.h"
#include "outputs/elasticsearch/range_list.h"

namespace andon::elasticsearch {

class DoubtBook {
 public:
  // What a note of an earlier start says is in doubt. kCorrupt: it is none.
  Status Recover(std::string_view untrusted_note);

  // True when the note allows to send the chunk. Else Reserve, save note(), and call Reserved.
  bool MaySend(const Chunk& chunk) const;
  void Reserve(const Chunk& chunk);
  std::string note() const;
  // The note with these marks is durable.
  using Marks = std::map<LaneId, Sequence>;
  const Marks& wanted() const { return wanted_; }
  void Reserved(const Marks& marks);

  // What of the chunk is in doubt.
  std::vector<Range> Doubtful(const Chunk& chunk) const;
  void Doubt(const LaneId& lane, const std::vector<Range>& ranges);
  // They are known to be there, or not to be.
  void Known(const LaneId& lane, const std::vector<Range>& ranges);
  void Settled(const LaneId& lane, Sequence settled);
  void LaneClosed(const LaneId& lane);

 private:
  Marks wanted_;    // Up to here the next note reserves.
  Marks reserved_;  // Up to here a durable one does.
  std::map<LaneId, RangeList> doubts_;
};

}  // namespace andon::elasticsearch
