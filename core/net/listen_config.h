// The options that inputs with sockets share.
#pragma once

#include <string>
#include <vector>

#include "core/config/config_reader.h"
#include "core/net/stream.h"

namespace andon {

// The section "tls" of who listens.
void ReadServerTls(ConfigReader& reader, TlsOptions* tls);

// The texts of the option "listen" as addresses. Texts that are none, and an empty list, are
// reported.
std::vector<Address> ParseListen(ConfigReader& reader, const std::vector<std::string>& texts,
                                 Address::Kind default_kind, uint16_t default_port);

}  // namespace andon
