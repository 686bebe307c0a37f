#include "outputs/forward/forward_output_config.h"

#include <set>
#include <utility>

#include "core/net/listen_config.h"

namespace andon::forward {
namespace {

constexpr uint16_t kPort = 24224;

struct Common {
  std::string self_hostname;
  Secret shared_key;
};

void ReadTls(ConfigReader& reader, TlsOptions* tls) {
  tls->enabled = true;
  reader.Optional("ca", &tls->ca,
                  "PEM file with who may sign servers' certificates; the system's "
                  "when left out");
  reader.Optional("certificate", &tls->certificate, "PEM file with our certificate (mutual TLS)");
  reader.Optional("key", &tls->key, "PEM file with its private key");
  reader.Optional("verify", &tls->verify, "check the servers' certificates");
  reader.Optional("server_name", &tls->server_name,
                  "the name in the servers' certificates; the host of the address when left out");
  reader.Optional("minimum_version", &tls->minimum_version, "oldest TLS version");
  if (!reader.describing() && tls->certificate.empty() != tls->key.empty()) {
    reader.Fail("certificate", "certificate and key go together");
  }
}

void ReadServer(ConfigReader& reader, ServerConfig* server) {
  std::string address;
  Secret shared_key;
  Secret password;
  reader.Required("address", &address, "host:port, tcp://host:port or unix:///path");
  reader.Optional("name", &server->name,
                  "what the server is called in the log, in metrics and beside the cursor; its "
                  "address when left out");
  reader.Optional("weight", &server->weight, "share of the collectors that prefer it");
  reader.Optional("standby", &server->standby, "use it only when no other can be reached");
  reader.Optional("shared_key", &shared_key, "instead of the common one");
  reader.Optional("username", &server->credentials.username, "when the server asks for a user");
  reader.Optional("password", &password, "the user's");
  server->credentials.shared_key = std::move(shared_key.value);
  server->credentials.password = std::move(password.value);
  if (reader.describing() || address.empty()) return;
  auto parsed = ParseAddress(address, Address::Kind::kTcp, kPort);
  if (!parsed.ok()) {
    reader.Fail("address", std::string(parsed.status().message()));
    return;
  }
  server->address = *std::move(parsed);
  const auto kind = server->address.kind;
  if (kind != Address::Kind::kTcp && kind != Address::Kind::kUnix) {
    reader.Fail("address", '"' + address + "\": forward connects to tcp:// and unix://");
  }
  if (kind == Address::Kind::kTcp && server->address.port == 0) {
    reader.Fail("address", '"' + address + "\": nobody listens on port 0");
  }
  if (server->weight < 1) reader.Fail("weight", "weight must be 1 at least");
  if (server->name.empty()) server->name = server->address.ToString();
}

void CheckServers(ConfigReader& reader, ForwardOutputConfig* config, const Common& common) {
  std::set<std::string> names;
  for (ServerConfig& server : config->servers) {
    if (!server.name.empty() && !names.insert(server.name).second) {
      reader.Fail("servers", "two servers are called \"" + server.name + "\": give them names");
    }
    server.credentials.self_hostname = common.self_hostname;
    if (server.credentials.shared_key.empty()) {
      server.credentials.shared_key = common.shared_key.value;
    }
  }
}

void ReadTimes(ConfigReader& reader, ForwardOutputConfig* config) {
  reader.Optional("ack_timeout", &config->ack_timeout,
                  "give a server up that acknowledged nothing for so long");
  reader.Optional("connect_timeout", &config->connect_timeout,
                  "for the connection, and for the handshake");
  reader.Optional("in_doubt_timeout", &config->in_doubt_timeout,
                  "what a server may have waits so long for it, then goes to another one");
  reader.Optional("keepalive", &config->keepalive, "keep connections open");
  reader.Optional("keepalive_timeout", &config->keepalive_timeout,
                  "close a connection that was idle for so long; 0: never");
  reader.Optional("heartbeat", &config->heartbeat, "how it is found that a server is back");
  reader.Optional("heartbeat_interval", &config->heartbeat_interval, "between UDP heartbeats");
  reader.Optional("heartbeat_timeout", &config->heartbeat_timeout,
                  "give a server up that answered no UDP heartbeat for so long");
  reader.Optional("recover_wait", &config->recover_wait,
                  "longest time between attempts to reach a server that is down");
}

}  // namespace

Result<ForwardOutputConfig> ForwardOutputConfig::Parse(const ConfigNode& node) {
  ForwardOutputConfig config;
  Common common;
  ConfigReader reader(node);
  reader.List("servers", &config.servers, true, "where to send", ReadServer);
  reader.Optional("self_hostname", &common.self_hostname,
                  "our name in the handshake; the machine's when left out");
  reader.Optional("shared_key", &common.shared_key, "handshake with this key");
  reader.Section("tls", true, "speak TLS",
                 [&config](ConfigReader& section) { ReadTls(section, &config.tls); });
  reader.Optional("compress", &config.compress, "pack the entries");
  reader.Optional("require_ack", &config.require_ack,
                  "wait for acknowledgements; without, what is under way when a connection breaks "
                  "is lost");
  ReadTimes(reader, &config);
  if (!reader.describing()) CheckServers(reader, &config, common);
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace andon::forward
