// Takes what comes: a forward server that acknowledges, or a socket that reads and forgets.
#pragma once

#include <cstdint>

#include "test/bench/loadgen/sockets.h"

namespace andon::loadgen {

struct Taken {
  uint64_t events = 0;
  uint64_t bytes = 0;
};

// Receives until `events` have come and every connection has closed, or SIGTERM.
Taken ReceiveForward(const Address& at, uint64_t events);

// The same as an Elasticsearch node that creates every document.
Taken ReceiveBulk(const Address& at, uint64_t events);

// recv and nothing else: what the kernel alone costs. Until `bytes` have come.
Taken ReceiveAndDiscard(const Address& at, uint64_t bytes);

}  // namespace andon::loadgen
