// What the journal knows besides events, at one place of its stream: lanes, cursors, positions. The
// snapshot at a segment's head is this; the records behind it change it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "core/event/event_batch.h"
#include "core/event/run_set.h"
#include "core/journal/coding.h"
#include "core/journal/format.h"
#include "core/journal/record.h"

namespace andon::journal {

struct LaneState {
  bool closed = false;
  Sequence last = 0;   // The newest number in the stream.
  StreamPosition end;  // Behind the part that has it.
};

// What an output has finished. Every event routed to it has an ordinal, counted in stream order;
// so what a cursor has to account for is known even where records are gone.
struct CursorState {
  uint32_t number = 0;  // In routes; never used again.
  std::string id;
  StreamPosition created;  // Records before it are not routed to it. {}: not known yet.
  // Not stored: records that are not routed to it may still be appended, so `created` stays open.
  bool pending = false;
  StreamPosition resume;  // Everything before it is finished.
  uint64_t ordinal = 0;   // At `resume`.
  uint64_t ahead = 0;     // Events finished behind `resume`.
  uint64_t gap = 0;       // Lost to drop_oldest, and to damage.
  uint64_t damaged = 0;
  uint64_t absent_ns = 0;  // How long the journal has run without the output.
  std::string note;
  std::map<LaneId, RunSet> lanes;
};

struct PositionState {
  uint64_t order = 0;
  std::variant<std::string, RunSet> value;
};
using PositionMap = std::map<std::string, PositionState, std::less<>>;

// Applies what a record says of one source to `map`; older than what is there has no effect, and a
// value that is not what its kind says neither.
void ApplyPosition(const Position& position, uint64_t order, PositionMap& map);

struct State {
  Uuid journal;
  uint64_t oldest = 1;  // The first segment that is still needed.
  uint64_t clock_ns = 0;
  uint64_t position_order = 0;
  uint32_t next_cursor = 1;
  std::map<LaneId, LaneState> lanes;
  std::map<uint32_t, CursorState> cursors;
  std::map<uint32_t, uint64_t> routed;  // By cursor: events routed to it so far.
  PositionMap positions;
};

void EncodeState(const State& state, ByteBuffer& out);
Result<State> DecodeState(Bytes untrusted);  // kCorrupt

// Bodies of control records, as entries of their record.
void EncodeCursor(const CursorState& cursor, Encoder& out);
bool DecodeCursor(Decoder& in, CursorState& cursor);

// What the record at `at`, in a part of `lane`, changes. False when it makes no sense.
bool ApplyRecord(const StoredRecord& record, const LaneId& lane, const StreamPosition& end,
                 State& state);

}  // namespace andon::journal
