#include "outputs/elasticsearch/elasticsearch_config.h"

#include <algorithm>

#include "core/http/url.h"
#include "outputs/elasticsearch/base64.h"

namespace andon::elasticsearch {
namespace {

constexpr size_t kLeastBody = size_t{64} << 10;
constexpr int kMostRequests = 64;

struct Credentials {
  std::string user;
  Secret password;
  Secret api_key;
  Secret bearer_token;
};

void ReadCredentials(ConfigReader& reader, std::vector<std::string>* headers) {
  Credentials given;
  reader.Optional("user", &given.user, "name for basic authentication");
  reader.Optional("password", &given.password, "the user's");
  reader.Optional("api_key", &given.api_key, "API key: id:key, or both encoded as Kibana shows it");
  reader.Optional("bearer_token", &given.bearer_token, "token of a service account or of OAuth");
  if (reader.describing()) return;
  const auto count = static_cast<int>(!given.user.empty()) +
                     static_cast<int>(!given.api_key.value.empty()) +
                     static_cast<int>(!given.bearer_token.value.empty());
  if (count > 1) reader.Fail("user", "one of user, api_key and bearer_token is enough");
  if (given.user.empty() && !given.password.value.empty()) {
    reader.Fail("password", "password needs a user");
  }
  if (!given.user.empty()) {
    headers->push_back("Authorization: Basic " + Base64(given.user + ":" + given.password.value));
  }
  const std::string& key = given.api_key.value;
  if (!key.empty()) {
    const bool encoded = key.find(':') == std::string::npos;
    headers->push_back("Authorization: ApiKey " + (encoded ? key : Base64(key)));
  }
  if (!given.bearer_token.value.empty()) {
    headers->push_back("Authorization: Bearer " + given.bearer_token.value);
  }
}

void ReadTls(ConfigReader& reader, http::TlsOptions* tls) {
  reader.Optional("ca", &tls->ca,
                  "PEM file with who may sign nodes' certificates; the system's when left out");
  reader.Optional("fingerprint", &tls->fingerprint,
                  "SHA-256 in hex of a node's certificate or of the one that signed it, instead");
  reader.Optional("certificate", &tls->certificate, "PEM file with our certificate (mutual TLS)");
  reader.Optional("key", &tls->key, "PEM file with its private key");
  reader.Optional("verify", &tls->verify, "check the nodes' certificates");
  reader.Optional("verify_hostname", &tls->verify_hostname, "and that they are for their hosts");
  if (reader.describing()) return;
  if (tls->certificate.empty() != tls->key.empty()) {
    reader.Fail("certificate", "certificate and key go together");
  }
  if (tls->fingerprint.empty()) return;
  const Status status = http::CheckFingerprint(tls->fingerprint);
  if (!status.ok()) reader.Fail("fingerprint", std::string(status.message()));
  if (!tls->ca.empty()) reader.Fail("fingerprint", "fingerprint stands instead of ca");
}

void ReadHeaders(ConfigReader& reader, std::vector<std::string>* headers) {
  std::vector<std::pair<std::string, std::string>> given;
  reader.Optional("headers", &given, "further headers of every request");
  for (const auto& [name, value] : given) {
    std::string header = name;
    header += ": ";
    header += value;
    const bool control =
        std::ranges::any_of(header, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (control || name.empty()) reader.Fail("headers", "a header is one line, with a name");
    headers->push_back(std::move(header));
  }
}

void ReadInstall(ConfigReader& reader, InstallConfig* install) {
  reader.Optional("templates", &install->templates,
                  "install index templates (mappings after the Elastic Common Schema, @timestamp "
                  "with nanoseconds) at start");
  reader.Optional("lifecycle", &install->lifecycle,
                  "install a lifecycle policy too: data streams roll over, what is old is deleted");
  reader.Optional("overwrite", &install->overwrite,
                  "replace what is there already; else only older versions of ours");
  reader.Optional("name", &install->name, "name of what is installed");
  if (!reader.describing() && install->lifecycle && !install->templates) {
    reader.Fail("lifecycle", "lifecycle needs templates: true, which name the policy");
  }
}

void ReadNodes(ConfigReader& reader, std::vector<std::string>* nodes) {
  std::vector<std::string> given;
  reader.Required("hosts", &given, "nodes: host, host:port or URL; of several each gets its share");
  for (const std::string& one : given) {
    auto url = http::ParseNodeUrl(one);
    if (!url.ok()) {
      reader.Fail("hosts", std::string(url.status().message()));
      continue;
    }
    if (std::ranges::find(*nodes, *url) != nodes->end()) {
      reader.Fail("hosts", "\"" + one + "\" stands there twice");
    }
    nodes->push_back(*std::move(url));
  }
  if (!reader.describing() && given.empty()) reader.Fail("hosts", "hosts must name a node");
}

void ReadRequests(ConfigReader& reader, ElasticsearchConfig* config) {
  ByteSize max_body{config->max_body_bytes};
  reader.Optional("compress", &config->encoding,
                  "encode bodies; a server that does not take zstd gets gzip");
  reader.Optional("concurrency", &config->concurrency,
                  "most requests under way at once; fewer while the servers are busy");
  reader.Optional("max_body", &max_body, "longest body; less when a server refuses that (413)");
  reader.Optional("connect_timeout", &config->client.connect_timeout, "for a connection");
  reader.Optional("timeout", &config->client.timeout, "for a request and its answer");
  reader.Optional("proxy", &config->client.proxy, "URL of an HTTP proxy");
  config->max_body_bytes = max_body.bytes;
  if (reader.describing()) return;
  if (max_body.bytes < kLeastBody) reader.Fail("max_body", "max_body must be 64KiB at least");
  if (config->concurrency < 1 || config->concurrency > kMostRequests) {
    reader.Fail("concurrency", "concurrency must be from 1 to 64");
  }
  if (config->client.timeout <= Duration::zero()) reader.Fail("timeout", "timeout must not be 0");
}

void Check(ConfigReader& reader, ElasticsearchConfig* config) {
  if (config->verify_doubtful && config->document.id == DocumentConfig::Id::kNone) {
    reader.Fail("verify_doubtful", "verify_doubtful looks documents up by their id");
  }
  const std::string& prefix = config->document.index.prefix();
  if (config->install.templates && prefix.empty()) {
    reader.Fail("install", "templates need an index or data_stream that begins with a fixed text");
  }
  if (config->install.templates) config->document.otherwise.Add(Schema::kGeneric);
}

}  // namespace

Result<ElasticsearchConfig> ElasticsearchConfig::Parse(const ConfigNode& node) {
  ElasticsearchConfig config;
  ConfigReader reader(node);
  ReadNodes(reader, &config.nodes);
  ReadDocumentConfig(reader, &config.document);
  ReadCredentials(reader, &config.headers);
  ReadHeaders(reader, &config.headers);
  reader.Section("tls", true, "for https",
                 [&config](ConfigReader& tls) { ReadTls(tls, &config.client.tls); });
  ReadRequests(reader, &config);
  reader.Optional("verify_doubtful", &config.verify_doubtful,
                  "look up what a lost answer left in doubt before it is written again: what makes "
                  "a data stream once, too");
  reader.Section("install", true, "what is installed at start",
                 [&config](ConfigReader& install) { ReadInstall(install, &config.install); });
  if (!reader.describing()) Check(reader, &config);
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace andon::elasticsearch
