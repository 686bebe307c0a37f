// Entries: events without their tag, packed one behind the other, each `[time, record]` as in
// forward's PackedForward. time is an EventTime ext, an integer or a float of seconds; fluent-bit's
// `[[time, metadata], record]` is taken too and kept as it is. record is a map.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/event/msgpack_walk.h"
#include "core/event/record_view.h"

namespace andon {

class RecordPredictor;  // record_predictor.h
class ValueWalk;        // value_walk.h

struct TimeRange {
  EventTime earliest{UINT32_MAX, 999'999'999};
  EventTime latest{};
  void Add(EventTime time) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  // Nothing changes when the other one is empty.
  void Add(const TimeRange& other) {
    if (other.earliest < earliest) earliest = other.earliest;
    if (other.latest > latest) latest = other.latest;
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

// Validates entries as they arrive. Remembers the shape of the last record, which predicts the next
// one's: a stream of records that are alike costs half. One for each stream; Walk may be given
// another one's bytes at any time.
class EntryValidator {
 public:
  struct Progress {
    uint32_t count;  // Whole entries found by this call.
    size_t bytes;    // Their length.
    TimeRange times;
    // kOk: the bytes end with an entry. kMore: behind `bytes` an entry begins that is not whole.
    // kInvalid: what is behind `bytes` is no entry; error() says why.
    WalkOutcome outcome;
  };

  EntryValidator();
  ~EntryValidator();
  EntryValidator(EntryValidator&& other) noexcept;
  EntryValidator& operator=(EntryValidator&& other) noexcept;

  // Whole entries from the front of `untrusted`.
  Progress Walk(Bytes untrusted);
  // Like Walk, when the last call gave kMore and `untrusted` begins with the entry that was not
  // whole, unchanged, with more behind it: what was walked of a long one is not walked again. Only
  // for who holds these bytes himself: of anything else it could take as valid what is not.
  Progress Resume(Bytes untrusted);

  // A literal, e.g. "record is not a map".
  const char* error() const { return error_; }
  // Length of a bad entry that is at least a whole msgpack value (so that one can step over it and
  // keep it as an error event); 0 when it is not even that.
  size_t bad_value_bytes() const { return bad_value_bytes_; }

 private:
  void WalkOn(Bytes untrusted, Progress& progress);
  void WalkPredicted(Bytes untrusted, Progress& progress);
  bool WalkOne(Bytes untrusted, ValueWalk& walk, Progress& progress);

  const char* error_ = "";
  size_t bad_value_bytes_ = 0;
  std::unique_ptr<RecordPredictor> predictor_;  // Null before the first record.
  std::unique_ptr<ValueWalk> unfinished_;       // Of a long entry that was not whole.
};

}  // namespace andon
