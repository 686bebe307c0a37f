// One message of the forward protocol in a stream of bytes: its end, its count and its chunk id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace andon::loadgen {

struct ForwardFrame {
  size_t bytes = 0;        // 0: the message is not whole yet.
  uint64_t events = 0;     // What the option's size says; else counted from the array; else 1.
  std::string_view chunk;  // Packed, as it came; empty without an ack.
};

// `bytes` begin with a message. What is no msgpack ends the process.
ForwardFrame ReadForwardFrame(std::string_view bytes);

}  // namespace andon::loadgen
