#include "core/net/listen_config.h"

#include <utility>

namespace andon {

void ReadServerTls(ConfigReader& reader, TlsOptions* tls) {
  tls->enabled = true;
  reader.Required("certificate", &tls->certificate, "PEM file with our certificate chain");
  reader.Required("key", &tls->key, "PEM file with the certificate's private key");
  reader.Optional("ca", &tls->ca, "PEM file with who may sign senders' certificates");
  reader.Optional("client_certificate", &tls->client_certificate,
                  "refuse senders without a certificate signed by ca (mutual TLS)");
  reader.Optional("minimum_version", &tls->minimum_version, "oldest TLS version: 1.2 or 1.3");
  if (!reader.describing() && tls->client_certificate && tls->ca.empty()) {
    reader.Fail("client_certificate", "client_certificate needs \"ca\"");
  }
}

std::vector<Address> ParseListen(ConfigReader& reader, const std::vector<std::string>& texts,
                                 Address::Kind default_kind, uint16_t default_port) {
  std::vector<Address> addresses;
  if (reader.describing()) return addresses;
  if (texts.empty()) reader.Fail("listen", "listen is empty: name an address");
  for (const std::string& text : texts) {
    auto address = ParseAddress(text, default_kind, default_port);
    if (address.ok()) {
      addresses.push_back(*std::move(address));
    } else {
      reader.Fail("listen", std::string(address.status().message()));
    }
  }
  return addresses;
}

}  // namespace andon
