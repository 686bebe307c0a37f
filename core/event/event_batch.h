// Events on their way through one thread: a tag and packed entries, borrowed for the call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/uuid.h"
#include "core/event/entry.h"
#include "core/event/tag.h"

namespace andon {

using LaneId = Uuid;        // The events that one worker of one start appended.
using Sequence = uint64_t;  // Dense within a lane, from 1. 0 is before the first.

// Events first .. first + count - 1 of a lane.
struct Run {
  LaneId lane;
  Sequence first = 0;
  uint32_t count = 0;
  bool operator==(const Run&) const = default;
};

// How far a source has been taken, stored in the same journal record as the events it covers.
struct Position {
  enum class Kind : uint8_t {
    kReplace,  // `value` takes the place of what was stored for `source`.
    kRuns,     // `value` is an encoded RunSet: it is united with what was stored (run_set.h).
    kErase,    // The source is gone; `value` is empty.
  };
  std::string_view source;  // e.g. "tail:access:/var/log/apache2/access.log"
  Bytes value;
  Kind kind = Kind::kReplace;
};

// Valid during the call only; who wants to keep it copies it.
struct EventBatch {
  const Tag& tag;
  Bytes entries;
  uint32_t count = 0;
  TimeRange times;
  // Identities, in the order of the entries, their counts adding up to `count`. Empty: the journal
  // that stores the batch gives them.
  std::span<const Run> origin;
};

}  // namespace andon
