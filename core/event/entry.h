// Entries: events without their tag, packed one behind the other, each `[time, record]` as in
// forward's PackedForward. time is an EventTime ext, an integer or a float of seconds; fluent-bit's
// `[[time, metadata], record]` is taken too and kept as it is. record is a map.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/event/msgpack_walk.h"
#include "core/event/record_view.h"

namespace andon {

struct TimeRange {
  EventTime earliest{UINT32_MAX, 999'999'999};
  EventTime latest{};
  void Add(EventTime time) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  void Add(const TimeRange& other) {
    Add(other.earliest);
    Add(other.latest);
  }
};

struct EntryView {
  EventTime time;
  RecordView record;
  ValueView metadata;  // fluent-bit's map; without bytes when there is none.
  Bytes bytes;         // The whole entry.
};

// Walks validated entries: for (EntryIterator it(entries); !it.done(); it.Next()) use(*it);
class EntryIterator {
 public:
  explicit EntryIterator(Bytes validated_entries);
  bool done() const { return current_.bytes.empty(); }
  void Next();
  const EntryView& operator*() const { return current_; }
  const EntryView* operator->() const { return &current_; }

 private:
  void Load();
  Bytes rest_;
  EntryView current_;
};

// Validates entries as they arrive. Feed it the bytes that are there, again and again with more:
// it goes on where it stopped and remembers the shape of the last record, which predicts the next.
class EntryValidator {
 public:
  struct Progress {
    uint32_t count;  // Whole entries found by this call.
    size_t bytes;    // Their length.
    TimeRange times;
    // kMore: all of them whole or one unfinished at the end. kInvalid: the entry behind `bytes` is
    // none; error() says why. kOk: the bytes end with an entry.
    WalkOutcome outcome;
  };
  Progress Walk(Bytes untrusted);
  // A literal, e.g. "record is not a map".
  const char* error() const { return error_; }
  // Length of a bad entry that is at least a whole msgpack value (so that one can step over it and
  // keep it as an error event); 0 when it is not even that.
  size_t bad_value_bytes() const { return bad_value_bytes_; }

 private:
  const char* error_ = "";
  size_t bad_value_bytes_ = 0;
};

}  // namespace andon
