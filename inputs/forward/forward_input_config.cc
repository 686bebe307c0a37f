#include "inputs/forward/forward_input_config.h"

#include <utility>

#include "core/forward/message.h"
#include "core/net/listen_config.h"

namespace andon::forward {
namespace {

constexpr uint16_t kPort = 24224;
// A message of an andon sender must be taken whole: its numbers stand at its end, and parts that
// were stored without them would be stored again with each repeat. The numbers themselves, and
// what frames them, get as much room again.
constexpr uint64_t kLeastChunk = 2 * kAndonMessageBytes;

void ReadClients(ConfigReader& reader, Security* security) {
  reader.List("clients", &security->clients, false,
              "senders from certain addresses, with a key of their own",
              [](ConfigReader& item, Security::Client* client) {
                Secret key;
                item.Required("address", &client->text, "an address or a range: 192.0.2.0/24");
                item.Optional("shared_key", &key, "their key; the common one when left out");
                item.Optional("users", &client->users, "who may log in from there; all when empty");
                client->shared_key = std::move(key.value);
                if (item.describing() || client->text.empty()) return;
                auto range = AddressRange::Parse(client->text);
                if (range.ok()) {
                  client->range = *range;
                } else {
                  item.Fail("address", std::string(range.status().message()));
                }
              });
}

void ReadSecurity(ConfigReader& reader, Security* security) {
  Secret key;
  security->enabled = true;
  reader.Optional("self_hostname", &security->self_hostname,
                  "our name in the handshake; the machine's when left out");
  reader.Required("shared_key", &key, "what senders must know");
  security->shared_key = std::move(key.value);
  reader.List("users", &security->users, false, "who must log in besides",
              [](ConfigReader& item, Security::User* user) {
                Secret password;
                item.Required("username", &user->name, "name");
                item.Required("password", &password, "password");
                user->password = std::move(password.value);
              });
  ReadClients(reader, security);
  reader.Optional("allow_anonymous_source", &security->allow_anonymous_source,
                  "take senders that no entry of clients covers");
}

void ReadListen(ConfigReader& reader, ForwardInputConfig* config) {
  reader.Optional("listen", &config->listen, "where to listen: tcp://host:port or unix:///path");
  config->addresses = ParseListen(reader, config->listen, Address::Kind::kTcp, kPort);
  for (const Address& address : config->addresses) {
    if (address.kind == Address::Kind::kTcp || address.kind == Address::Kind::kUnix) continue;
    reader.Fail("listen", '"' + address.ToString() + "\": forward listens on tcp:// and unix://");
  }
}

}  // namespace

Result<ForwardInputConfig> ForwardInputConfig::Parse(const ConfigNode& node) {
  ForwardInputConfig config;
  ConfigReader reader(node);
  ReadListen(reader, &config);
  reader.Optional("heartbeat", &config.heartbeat,
                  "answer UDP heartbeats on the same addresses and ports");
  reader.Section("tls", true, "speak TLS",
                 [&config](ConfigReader& section) { ReadServerTls(section, &config.tls); });
  reader.Section("security", true, "handshake with a shared key, and users",
                 [&config](ConfigReader& section) { ReadSecurity(section, &config.security); });
  reader.Optional("chunk_size_limit", &config.chunk_size_limit,
                  "largest message that is held in memory; an uncompressed PackedForward may be "
                  "larger, and is then taken in parts; 8MiB at least, so that messages of andon "
                  "senders, which are never taken in parts, fit");
  reader.Optional("unpacked_size_limit", &config.unpacked_size_limit,
                  "most that a compressed message may unpack to");
  reader.Optional("receive_memory", &config.receive_memory,
                  "for partly received messages of all connections of a worker; when it is used "
                  "up, only the oldest is read on");
  reader.Optional("max_connections", &config.max_connections,
                  "of a worker; further ones are closed at once");
  reader.Optional("repeat_window", &config.repeat_window,
                  "how many chunks of senders without numbers are remembered, so that one with the "
                  "same id and content is not stored twice; 0: none. Not of those that exceed "
                  "chunk_size_limit and are taken in parts: keep the senders' chunks below it");
  reader.Optional("lane_expiry", &config.lane_expiry,
                  "forget the numbers of an andon sender that was silent for so long");
  if (!reader.describing()) {
    if (config.chunk_size_limit.bytes < kLeastChunk) {
      reader.Fail(
          "chunk_size_limit",
          "chunk_size_limit is too small: 8MiB at least, as messages of andon senders have up "
          "to 4MiB of entries and must be taken whole");
    }
    if (config.max_connections == 0) reader.Fail("max_connections", "max_connections is 0");
  }
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace andon::forward
