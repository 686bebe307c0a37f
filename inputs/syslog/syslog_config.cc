#include "inputs/syslog/syslog_config.h"

#include <algorithm>

#include "core/event/tag.h"
#include "core/net/listen_config.h"
#include "inputs/syslog/tag_template.h"

namespace andon::syslog {
namespace {

constexpr uint16_t kPort = 5140;
constexpr uint64_t kLeastMessage = 480;  // RFC 5424 section 6.1: everybody must take so many.
constexpr uint64_t kMostMessage = uint64_t{64} << 20;

void ReadListen(ConfigReader& reader, SyslogInputConfig* config) {
  reader.Optional("listen", &config->listen,
                  "where to listen: udp://host:port, tcp://host:port, unixgram:///path (as "
                  "/dev/log), unix:///path; udp when no scheme is given");
  config->addresses = ParseListen(reader, config->listen, Address::Kind::kUdp, kPort);
}

void ReadMessages(ConfigReader& reader, SyslogInputConfig* config) {
  config->parser.Read(reader);
  reader.Optional("framing", &config->framing,
                  "how messages on a stream are told apart: auto finds out for each; "
                  "octet_counting has the length in front (RFC 6587), newline a line end behind");
  reader.Optional("max_message_size", &config->max_message_size, "longest message");
  reader.Optional("oversize", &config->oversize,
                  "what to do with a longer one: cut keeps its front, drop counts it in the "
                  "ledger as too_long");
  reader.Optional("source_address_key", &config->source_address_key,
                  "field that gets the sender's address; empty: none");
}

void ReadLimits(ConfigReader& reader, SyslogInputConfig* config) {
  reader.Optional("max_connections", &config->max_connections,
                  "of a worker; further ones are closed at once");
  reader.Optional("receive_memory", &config->receive_memory,
                  "for partly received messages of all connections of a worker; when it is used "
                  "up, of the senders inside a message only the oldest is read on");
  reader.Optional("receive_buffer", &config->receive_buffer,
                  "the kernel's queue of each datagram socket");
  reader.Optional("idle_timeout", &config->idle_timeout,
                  "close connections that were silent for so long; 0: never, since most senders "
                  "lose the message with which they find out");
}

void Check(ConfigReader& reader, const SyslogInputConfig& config) {
  const Status tag = TagTemplate::Check(config.tag);
  if (!tag.ok() && reader.node().Has("tag")) reader.Fail("tag", std::string(tag.message()));
  if (config.max_message_size.bytes < kLeastMessage ||
      config.max_message_size.bytes > kMostMessage) {
    reader.Fail("max_message_size", "max_message_size must be 480 bytes to 64MiB");
  }
  if (config.max_connections == 0) reader.Fail("max_connections", "max_connections is 0");
  if (config.receive_memory.bytes < config.max_message_size.bytes) {
    reader.Fail("receive_memory", "receive_memory is less than max_message_size");
  }
  const bool has_tcp =
      std::any_of(config.addresses.begin(), config.addresses.end(),
                  [](const Address& address) { return address.kind == Address::Kind::kTcp; });
  if (config.tls.enabled && !has_tcp) reader.Fail("tls", "tls needs a tcp:// address in listen");
}

}  // namespace

Result<SyslogInputConfig> SyslogInputConfig::Parse(const ConfigNode& node) {
  SyslogInputConfig config;
  ConfigReader reader(node);
  ReadListen(reader, &config);
  reader.Required("tag", &config.tag,
                  "of every event; ${facility} and ${severity} stand for those of the message");
  ReadMessages(reader, &config);
  ReadLimits(reader, &config);
  reader.Section("tls", true, "speak TLS on the tcp:// addresses",
                 [&config](ConfigReader& section) { ReadServerTls(section, &config.tls); });
  if (!reader.describing()) Check(reader, config);
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace andon::syslog
