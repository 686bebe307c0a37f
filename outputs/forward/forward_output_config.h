// The options of outputs/forward.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/config/config_reader.h"
#include "core/forward/client_handshake.h"
#include "core/forward/compression.h"
#include "core/net/stream.h"

namespace andon {

template <>
struct EnumNames<forward::Compression> {
  static constexpr std::pair<std::string_view, forward::Compression> kNames[] = {
      {"none", forward::Compression::kNone},
      {"gzip", forward::Compression::kGzip},
      {"zstd", forward::Compression::kZstd}};
};

namespace forward {

enum class Heartbeat : uint8_t {
  kTcp,   // A preferred server that is down is connected to now and then.
  kUdp,   // Datagrams, which it must answer.
  kNone,  // A preferred server is tried again when the one in use fails.
};

struct ServerConfig {
  std::string name;
  Address address;
  int weight = 60;
  bool standby = false;
  Credentials credentials;
};

struct ForwardOutputConfig {
  std::vector<ServerConfig> servers;
  TlsOptions tls;
  Compression compress = Compression::kNone;
  bool require_ack = true;
  Duration ack_timeout = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration in_doubt_timeout = std::chrono::hours(1);
  bool keepalive = true;
  Duration keepalive_timeout = Duration::zero();  // 0: never.
  Heartbeat heartbeat = Heartbeat::kTcp;
  Duration heartbeat_interval = std::chrono::seconds(1);
  Duration heartbeat_timeout = std::chrono::seconds(15);
  Duration recover_wait = std::chrono::seconds(30);

  static Result<ForwardOutputConfig> Parse(const ConfigNode& node);
};

}  // namespace forward

template <>
struct EnumNames<forward::Heartbeat> {
  static constexpr std::pair<std::string_view, forward::Heartbeat> kNames[] = {
      {"tcp", forward::Heartbeat::kTcp},
      {"udp", forward::Heartbeat::kUdp},
      {"none", forward::Heartbeat::kNone}};
};

}  // namespace andon
