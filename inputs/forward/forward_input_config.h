// The options of inputs/forward.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/config/config_reader.h"
#include "core/forward/authenticator.h"
#include "core/net/stream.h"

namespace andon::forward {

struct ForwardInputConfig {
  std::vector<std::string> listen{"tcp://0.0.0.0:24224"};
  bool heartbeat = true;
  TlsOptions tls;
  Security security;
  ByteSize chunk_size_limit{uint64_t{16} << 20};
  ByteSize unpacked_size_limit{uint64_t{256} << 20};
  ByteSize receive_memory{uint64_t{16} << 20};
  uint32_t max_connections = 10000;
  uint32_t repeat_window = 0;
  Duration lane_expiry = std::chrono::hours(24 * 30);

  std::vector<Address> addresses;  // Of `listen`.

  static Result<ForwardInputConfig> Parse(const ConfigNode& node);
};

}  // namespace andon::forward
