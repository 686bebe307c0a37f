// What an andon receiver says it gives, in HELO and in each ack to an andon sender:
//   "andon": {"once": true, "durable": true}
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/event/msgpack_writer.h"
#include "core/event/value_view.h"

namespace andon::forward {

inline constexpr std::string_view kAndonKey = "andon";

struct Capability {
  bool once = false;     // What has been accepted is not stored again.
  bool durable = false;  // What is acknowledged survives a power cut.
  bool operator==(const Capability&) const = default;
};

// The pair of key and value.
void AppendCapability(const Capability& capability, MsgpackWriter& out);
// `map` is HELO's or the ack's. Empty when the peer says nothing.
std::optional<Capability> ReadCapability(ValueView map);

}  // namespace andon::forward
