// Which numbers of one lane are there: all below a watermark, and runs above it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/event_batch.h"

namespace andon {

struct Range {
  Sequence first = 1;
  Sequence last = 0;  // Inclusive; first > last is empty.
  bool operator==(const Range&) const = default;
};

class RunSet {
 public:
  // All of 1 .. watermark() are in the set; watermark() + 1 is not.
  Sequence watermark() const { return watermark_; }
  const std::vector<Range>& above() const { return above_; }  // Sorted, apart from each other.

  bool Contains(Sequence sequence) const;
  bool ContainsAll(Range range) const;
  void Add(Range range);
  void Add(const RunSet& other);
  // Everything up to and including `sequence` is in the set.
  void RaiseTo(Sequence sequence) {
    if (sequence > 0) Add(Range{1, sequence});
  }
  // The parts of `range` that are not in the set, in order.
  std::vector<Range> Missing(Range range) const;
  bool empty() const { return watermark_ == 0 && above_.empty(); }
  bool operator==(const RunSet&) const = default;

  // Varints: watermark, number of runs, then gap and length of each. At most 10 bytes a number.
  void EncodeTo(ByteBuffer& out) const;
  static Result<RunSet> Decode(Bytes untrusted);  // kCorrupt

 private:
  Sequence watermark_ = 0;
  std::vector<Range> above_;
};

}  // namespace andon
