// The options that plugins with sockets share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/net/stream.h"

namespace andon {

template <>
struct EnumNames<TlsVersion> {
  static constexpr std::pair<std::string_view, TlsVersion> kNames[] = {{"1.2", TlsVersion::k12},
                                                                       {"1.3", TlsVersion::k13}};
};

// The section "tls" of who listens.
void ReadServerTls(ConfigReader& reader, TlsOptions* tls);

// The texts of the option "listen" as addresses. Texts that are none, one that is
// there twice, and an empty list are reported.
std::vector<Address> ParseListen(ConfigReader& reader, const std::vector<std::string>& texts,
                                 Address::Kind default_kind, uint16_t default_port);

}  // namespace andon
