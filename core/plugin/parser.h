// What a parser is: text in, one record out.
#pragma once

#include <string_view>

#include "core/event/batch_builder.h"

namespace andon {

class Parser {
 public:
  virtual ~Parser() = default;
  // Writes fields (and the time, where the text has one) of one record into `out`, which is at its
  // top level; does not commit. Null, or a static literal saying why not: no Status, no allocation
  // per event. After a refusal `out` may hold some fields: the caller resets it. Thread: the
  // owner's.
  virtual const char* Parse(std::string_view text, RecordWriter& out) = 0;
};

}  // namespace andon
