// Takes entries apart that are not all in order: good ones stay where they are, what can be put
// right is, and the rest is named, so that nothing is lost without a word.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/event/entry.h"
#include "core/event/value_view.h"
#include "core/forward/message.h"

namespace andon::forward {

// What comes out, in the order of the entries.
class SliceSink {
 public:
  // `count` good entries, borrowed from the message.
  virtual void Good(Bytes entries, uint32_t count, const TimeRange& times) = 0;
  // One entry put right; valid during the call.
  virtual void Repaired(Bytes entry, EventTime time) = 0;
  struct BadEntry {
    const char* error = "";
    Bytes bytes;   // As it came.
    Bytes record;  // Its record where that is a map, else empty.
  };
  // Counts as one entry.
  virtual void Bad(const BadEntry& entry) = 0;

 protected:
  ~SliceSink() = default;
};

struct SliceOptions {
  EventTime now;                // What a time of 0 stands for.
  bool replace_zero = true;     // False: leave it.
  bool nil_time_is_now = true;  // As in Forward mode; otherwise it is no time.
};

class EntrySlicer {
 public:
  explicit EntrySlicer(const SliceOptions& options) : options_(options) {}
  // `checked` is what is known of the front of `entries`.
  void Slice(Bytes entries, const CheckedEntries& checked, SliceSink& sink);
  // False when the end of an entry could not be found: the rest became one bad entry.
  bool delimited() const { return delimited_; }

 private:
  void Good(Bytes entries, const CheckedEntries& checked, SliceSink& sink);
  // Returns how many bytes it has dealt with.
  size_t StepOver(Bytes entries, SliceSink& sink);
  void GiveNow(ValueView record, SliceSink& sink);

  SliceOptions options_;
  EntryValidator validator_;
  ByteBuffer made_;
  bool delimited_ = true;
};

}  // namespace andon::forward
