#include "core/net/listen_config.h"

#include <algorithm>
#include <utility>

namespace andon {
namespace {

bool IsPortAlone(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

void AddOnce(ConfigReader& reader, const std::string& text, Address address,
             std::vector<Address>* addresses) {
  if (std::find(addresses->begin(), addresses->end(), address) != addresses->end()) {
    reader.Fail("listen", '"' + text + "\": the address is in the list already");
    return;
  }
  addresses->push_back(std::move(address));
}

}  // namespace

void ReadServerTls(ConfigReader& reader, TlsOptions* tls) {
  tls->enabled = true;
  reader.Required("certificate", &tls->certificate, "PEM file with our certificate chain");
  reader.Required("key", &tls->key, "PEM file with the certificate's private key");
  reader.Optional("ca", &tls->ca, "PEM file with who may sign senders' certificates");
  reader.Optional("client_certificate", &tls->client_certificate,
                  "refuse senders without a certificate signed by ca (mutual TLS)");
  reader.Optional("minimum_version", &tls->minimum_version, "oldest TLS version");
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
    if (IsPortAlone(text)) {
      reader.Fail(
          "listen",
          std::string("\"").append(text).append("\": a port alone, write 0.0.0.0:").append(text));
      continue;
    }
    auto address = ParseAddress(text, default_kind, default_port);
    if (!address.ok()) {
      reader.Fail("listen", std::string(address.status().message()));
    } else if (address->port != 0 || IsUnix(address->kind)) {
      AddOnce(reader, text, *std::move(address), &addresses);
    } else {
      addresses.push_back(*std::move(address));  // Port 0: each gets one of its own.
    }
  }
  return addresses;
}

}  // namespace andon
