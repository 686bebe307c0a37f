// The acknowledgement of a message: {"ack": the chunk id as it came}, in msgpack or JSON as the
// message was, and for an andon sender with what the receiver gives.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/event/value_view.h"
#include "core/forward/capability.h"

namespace andon::forward {

// `chunk` is the id as it stands in the option, type and all: it is sent back byte by byte.
void AppendAck(ValueView chunk, const std::optional<Capability>& capability, ByteBuffer& out);
void AppendJsonAck(ValueView chunk, ByteBuffer& out);

struct AckReply {
  std::string_view chunk;  // Borrowed.
  std::optional<Capability> capability;
};
// Empty when the value is no acknowledgement.
std::optional<AckReply> ReadAck(ValueView value);

}  // namespace andon::forward
