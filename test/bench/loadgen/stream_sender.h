// Sends a payload over many connections at once, as fast as the other end takes it.
#pragma once

#include <cstdint>

#include "test/bench/loadgen/payload.h"
#include "test/bench/loadgen/sockets.h"

namespace andon::loadgen {

struct SendPlan {
  Address to;
  uint64_t events = 1'000'000;  // All connections together; at least.
  int connections = 1;
  int window = 8;  // Messages of a connection that may be unacknowledged.
};

struct Sent {
  uint64_t events = 0;
  uint64_t bytes = 0;
  uint64_t acked = 0;  // Messages.
};

// Returns when everything is sent, and acknowledged where the payload wants that.
Sent SendAll(const SendPlan& plan, const Payload& payload);

}  // namespace andon::loadgen
