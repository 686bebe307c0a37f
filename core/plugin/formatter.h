// What a formatter is: one event in, bytes out.
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
};

}  // namespace andon
