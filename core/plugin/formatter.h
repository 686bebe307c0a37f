// What a formatter is: events in, bytes out.
#pragma once

#include "core/base/bytes.h"
#include "core/event/entry.h"
#include "core/event/tag.h"

namespace andon {

class Formatter {
 public:
  virtual ~Formatter() = default;
  // Appends one event to `out`, its line end included where the format has one.
  virtual void Format(const Tag& tag, const EntryView& entry, ByteBuffer& out) = 0;
  // The same for all of validated `entries`.
  virtual void FormatAll(const Tag& tag, Bytes entries, ByteBuffer& out) {
    for (EntryIterator entry(entries); !entry.done(); entry.Next()) Format(tag, *entry, out);
  }
};

}  // namespace andon
