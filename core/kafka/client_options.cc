#include "core/kafka/client_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/kafka/handle.h"

namespace andon {

namespace kafka {
enum class SaslMechanism : uint8_t { kPlain, kScramSha256, kScramSha512, kGssapi, kOauthBearer };
}  // namespace kafka

template <>
struct EnumNames<kafka::SaslMechanism> {
  static constexpr std::pair<std::string_view, kafka::SaslMechanism> kNames[] = {
      {"PLAIN", kafka::SaslMechanism::kPlain},
      {"SCRAM-SHA-256", kafka::SaslMechanism::kScramSha256},
      {"SCRAM-SHA-512", kafka::SaslMechanism::kScramSha512},
      {"GSSAPI", kafka::SaslMechanism::kGssapi},
      {"OAUTHBEARER", kafka::SaslMechanism::kOauthBearer}};
};

namespace kafka {

namespace {

constexpr size_t kErrorBytes = 512;

struct TlsConfig {
  bool used = false;
  std::string ca;
  std::string certificate;
  std::string key;
  Secret key_password;
  bool verify = true;
};

struct SaslConfig {
  bool used = false;
  SaslMechanism mechanism = SaslMechanism::kPlain;
  std::string user;
  Secret password;
};

void ReadTls(ConfigReader& reader, TlsConfig* tls) {
  tls->used = true;
  reader.Optional("ca", &tls->ca, "file with the authorities to trust; empty: the machine's");
  reader.Optional("certificate", &tls->certificate, "file with the client's certificate");
  reader.Optional("key", &tls->key, "file with its key");
  reader.Optional("key_password", &tls->key_password, "of the key");
  reader.Optional("verify", &tls->verify, "check the broker's certificate and its name");
  if (reader.describing()) return;
  if (tls->certificate.empty() != tls->key.empty()) {
    reader.Fail(tls->key.empty() ? "certificate" : "key",
                "certificate and key belong together; set both");
  }
}

void ReadSasl(ConfigReader& reader, SaslConfig* sasl) {
  sasl->used = true;
  reader.Optional("mechanism", &sasl->mechanism, "how to log in");
  reader.Optional("user", &sasl->user, "name");
  reader.Optional("password", &sasl->password, "password");
  if (reader.describing()) return;
  const bool by_name = sasl->mechanism == SaslMechanism::kPlain ||
                       sasl->mechanism == SaslMechanism::kScramSha256 ||
                       sasl->mechanism == SaslMechanism::kScramSha512;
  if (by_name && sasl->user.empty()) reader.Fail("user", "is missing");
}

void AddUnlessEmpty(const char* name, const std::string& value, Properties* to) {
  if (!value.empty()) to->emplace_back(name, value);
}

void AddSecurity(const TlsConfig& tls, const SaslConfig& sasl, Properties* to) {
  const char* const protocol =
      tls.used ? (sasl.used ? "sasl_ssl" : "ssl") : (sasl.used ? "sasl_plaintext" : "plaintext");
  to->emplace_back("security.protocol", protocol);
  if (tls.used) {
    AddUnlessEmpty("ssl.ca.location", tls.ca, to);
    AddUnlessEmpty("ssl.certificate.location", tls.certificate, to);
    AddUnlessEmpty("ssl.key.location", tls.key, to);
    AddUnlessEmpty("ssl.key.password", tls.key_password.value, to);
    to->emplace_back("enable.ssl.certificate.verification", tls.verify ? "true" : "false");
    to->emplace_back("ssl.endpoint.identification.algorithm", tls.verify ? "https" : "none");
  }
  if (sasl.used) {
    to->emplace_back("sasl.mechanism", ConfigValue<SaslMechanism>::ToText(sasl.mechanism));
    AddUnlessEmpty("sasl.username", sasl.user, to);
    AddUnlessEmpty("sasl.password", sasl.password.value, to);
  }
}

constexpr std::array<ReservedProperty, 5> kAlwaysReserved{{
    {"bootstrap.servers", "brokers"},
    {"metadata.broker.list", "brokers"},
    {"security.protocol", "tls and sasl"},
    {"transactional.id", "exactly_once"},
    {"delivery.report.only.error", "nothing: andon needs every report"},
}};

void CheckOwn(ConfigReader& reader, std::span<const ReservedProperty> reserved,
              const Properties& own) {
  for (const auto& [name, value] : own) {
    const auto same = [&name = name](const ReservedProperty& one) { return one.name == name; };
    const auto always = std::ranges::find_if(kAlwaysReserved, same);
    const auto here = std::ranges::find_if(reserved, same);
    if (always != kAlwaysReserved.end() || here != reserved.end()) {
      const std::string_view instead =
          always != kAlwaysReserved.end() ? always->instead : here->instead;
      reader.Fail("rdkafka", "\"" + name + "\" is set by andon; use " + std::string(instead));
      continue;
    }
    const Status status = CheckProperty(name, value);
    if (!status.ok()) reader.Fail("rdkafka", std::string(status.message()));
  }
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool IsPort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

// HOST or HOST:PORT, [ADDRESS] of IPv6, and librdkafka's PROTOCOL:// in front.
bool IsBroker(std::string_view text) {
  constexpr std::array<std::string_view, 4> kProtocols = {"PLAINTEXT://", "SSL://",
                                                          "SASL_PLAINTEXT://", "SASL_SSL://"};
  for (const std::string_view protocol : kProtocols) {
    if (text.starts_with(protocol)) text.remove_prefix(protocol.size());
  }
  const bool bracketed = text.starts_with('[');
  if (bracketed && text.find(']') == std::string_view::npos) return false;
  const std::string_view host = text.substr(0, bracketed ? text.find(']') + 1 : text.find(':'));
  text.remove_prefix(host.size());
  const bool named = host.find_first_not_of("0123456789") != std::string_view::npos &&
                     host.find_first_of("/ \t") == std::string_view::npos;
  return named && (text.empty() || (text[0] == ':' && IsPort(text.substr(1))));
}

// `brokers` may hold librdkafka's own lists, with commas.
void CheckBrokers(ConfigReader& reader, std::string_view brokers) {
  while (!brokers.empty()) {
    const std::string_view one = Trimmed(brokers.substr(0, brokers.find(',')));
    brokers.remove_prefix(std::min(brokers.find(','), brokers.size() - 1) + 1);
    if (one.empty() || IsBroker(one)) continue;
    reader.Fail("brokers", '"' + std::string(one) + "\" is no broker: write HOST:PORT");
  }
}

}  // namespace

Properties ClientOptions::All() const {
  Properties all = properties;
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

const std::string* ClientOptions::Find(std::string_view name) const {
  for (const auto& [key, value] : own) {
    if (key == name) return &value;
  }
  return nullptr;
}

Status CheckProperty(const std::string& name, const std::string& value) {
  const ConfPtr conf(rd_kafka_conf_new());
  std::array<char, kErrorBytes> why{};
  if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) ==
      RD_KAFKA_CONF_OK) {
    return OkStatus();
  }
  return InvalidConfig("librdkafka does not take \"" + name + "\": " + why.data());
}

void ReadClientOptions(ConfigReader& reader, Role role, std::span<const ReservedProperty> reserved,
                       ClientOptions* options) {
  std::vector<std::string> brokers;
  std::string client_id = "andon";
  Duration statistics = std::chrono::seconds(10);
  TlsConfig tls;
  SaslConfig sasl;
  reader.Required("brokers", &brokers, "some of the cluster's brokers, HOST:PORT each");
  reader.Optional("client_id", &client_id, "name that the brokers log and set quotas by");
  reader.Section("tls", true, "encrypt the connections",
                 [&tls](ConfigReader& child) { ReadTls(child, &tls); });
  reader.Section("sasl", true, "log in", [&sasl](ConfigReader& child) { ReadSasl(child, &sasl); });
  reader.Optional("statistics", &statistics,
                  "how often librdkafka's own metrics are read; 0: never");
  reader.Optional("rdkafka", &options->own,
                  "any property of librdkafka, as its CONFIGURATION.md has it");
  if (reader.describing()) return;
  std::string joined;
  for (const std::string& broker : brokers) joined += (joined.empty() ? "" : ",") + broker;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(statistics);
  options->properties = {{"bootstrap.servers", joined},
                         {"client.id", client_id},
                         {"statistics.interval.ms", std::to_string(milliseconds.count())},
                         // Connections that a broker closes when nothing was sent are no news.
                         {"log.connection.close", "false"}};
  if (role == Role::kConsumer) options->properties.emplace_back("enable.partition.eof", "false");
  AddSecurity(tls, sasl, &options->properties);
  CheckBrokers(reader, joined);
  CheckOwn(reader, reserved, options->own);
}

}  // namespace kafka
}  // namespace andon
