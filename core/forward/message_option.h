// The option of a message, as far as andon knows it; every other key is stepped over.
#pragma once

#include <optional>

#include "core/event/value_view.h"
#include "core/forward/compression.h"
#include "core/forward/hop.h"

namespace andon::forward {

struct MessageOption {
  ValueView chunk;  // Id to acknowledge; without bytes when no answer is wanted.
  Compression compression = Compression::kNone;
  std::optional<Hop> hop;
  // A literal when the message cannot be understood: a compression that nobody knows, bad numbers.
  const char* error = nullptr;

  bool wants_ack() const { return !chunk.bytes().empty(); }
};

// `validated` is the element behind the entries; without bytes when there is none. What is no map
// says nothing.
MessageOption ReadMessageOption(ValueView validated);

}  // namespace andon::forward
