// What the senders send: built once, sent again and again.
#pragma once

#include <cstdint>
#include <string>

namespace andon::loadgen {

// One message, or several where nothing is acknowledged.
struct Payload {
  std::string bytes;
  uint64_t events = 0;
  uint64_t messages = 0;
  // The message is not whole: its option map follows, with a chunk id.
  bool wants_option = false;
};

enum class ForwardMode : uint8_t { kMessage, kForward, kPacked };

// Events of about `event_bytes` on the wire: a time and a record of a web access, with varying
// values. Forward and PackedForward: one message of `events`. Message: `events` messages.
Payload ForwardPayload(ForwardMode mode, uint64_t events, uint64_t event_bytes, bool ack);

// The rest of a message whose `wants_option` is set. As long for every number.
std::string ForwardOption(uint64_t events, uint64_t number);
// Bytes of the answer to a message with that option: {"ack": ID}.
size_t ForwardAckBytes();

// RFC 5424 with structured data, each message ended by a newline, or with its length in front.
Payload SyslogPayload(uint64_t events, uint64_t event_bytes, bool octet_counted);

// A line of Apache's combined log, number `n`, newline included.
void AppendApacheLine(uint64_t n, std::string* out);

}  // namespace andon::loadgen
