// What an andon sender adds to a message's option, so that a resend is recognised by number:
//   "andon": {"lane": bin 16, "output": str, "runs": bin, "settled": uint,
//             "origin": bin, "closed": bin of 16 n}
//
//   lane     the sender's own lane, which dense numbers count
//   output   the sender's output: two outputs of one process send different parts of one lane
//   runs     varints, a pair for each run: numbers left out since the run before, count. The counts
//            add up to the message's entries
//   settled  up to here nothing of this lane and output comes again
//   origin   identities, where they are not (lane, number): a varint count of lanes, 16 bytes each,
//            then three varints a run: index of its lane, first, count
//   closed   lanes of this output of which nothing comes again at all
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/event/event_batch.h"
#include "core/event/msgpack_writer.h"
#include "core/event/run_set.h"
#include "core/event/value_view.h"

namespace andon::forward {

// Of one message, and as many origins: what a receiver holds in memory for a sender.
inline constexpr size_t kMaxHopRuns = size_t{1} << 18;

struct Hop {
  LaneId lane;
  std::string_view output;  // Borrowed from the message.
  std::vector<Range> runs;  // In order, apart from each other.
  Sequence settled = 0;
  std::vector<Run> origin;  // Empty: (lane, number).
  std::vector<LaneId> closed;

  uint64_t events() const;  // In all runs.
};

// The pair of key and value. Runs as Hop wants them.
void AppendHop(const Hop& hop, MsgpackWriter& out);

// `option` is the message's option map. Empty when it has no "andon"; otherwise `*error` is null,
// or a literal that says what is wrong with it.
std::optional<Hop> ReadHop(ValueView option, const char** error);

}  // namespace andon::forward
