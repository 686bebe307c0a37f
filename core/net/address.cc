#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "core/net/stream.h"

namespace andon {

namespace {

struct Scheme {
  std::string_view name;
  Address::Kind kind;
};
constexpr Scheme kSchemes[] = {{"tcp", Address::Kind::kTcp},
                               {"udp", Address::Kind::kUdp},
                               {"unix", Address::Kind::kUnix},
                               {"unixgram", Address::Kind::kUnixDatagram}};

Status Bad(std::string_view text, std::string_view why) {
  std::string message = "\"";
  message.append(text).append("\": ").append(why);
  return InvalidConfig(std::move(message));
}

Result<uint16_t> ParsePort(std::string_view text, std::string_view digits) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return Bad(text, "port must be a number from 0 to 65535");
  }
  return port;
}

Result<Address> ParsePath(std::string_view text, std::string_view path, Address::Kind kind) {
  if (!path.starts_with('/')) return Bad(text, "the path of a unix socket must begin with /");
  constexpr size_t kLimit = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kLimit) {
    return Bad(text, "the path of a unix socket may have at most " + std::to_string(kLimit) +
                         " bytes, this has " + std::to_string(path.size()));
  }
  if (path.find('\0') != std::string_view::npos) return Bad(text, "the path contains a zero byte");
  return Address{kind, std::string(path), 0};
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':' || c == '%';
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;  // Empty: not given.
};

// Splits "[v6]:port" and "[v6]".
Result<HostAndPort> SplitBrackets(std::string_view text, std::string_view rest) {
  const size_t end = rest.find(']');
  if (end == std::string_view::npos) return Bad(text, "] is missing");
  const std::string_view behind = rest.substr(end + 1);
  if (behind.empty()) return HostAndPort{rest.substr(1, end - 1), {}};
  if (behind.front() != ':') return Bad(text, "after ] there must be :port");
  if (behind.size() == 1) return Bad(text, "port is missing after the colon");
  return HostAndPort{rest.substr(1, end - 1), behind.substr(1)};
}

// Splits "host:port" and "host".
Result<HostAndPort> SplitColon(std::string_view text, std::string_view rest) {
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return HostAndPort{rest, {}};
  if (colon != rest.rfind(':')) {
    return Bad(text, "an IPv6 address must be in brackets: [::1]:80");
  }
  if (colon + 1 == rest.size()) return Bad(text, "port is missing after the colon");
  return HostAndPort{rest.substr(0, colon), rest.substr(colon + 1)};
}

Result<Address> ParseHost(std::string_view text, std::string_view rest, Address::Kind kind,
                          std::optional<uint16_t> default_port) {
  ASSIGN_OR_RETURN(const HostAndPort parts,
                   rest.starts_with('[') ? SplitBrackets(text, rest) : SplitColon(text, rest));
  if (parts.host.empty()) {
    return Bad(text, "host is missing; 0.0.0.0 or [::] stands for every interface");
  }
  if (!std::all_of(parts.host.begin(), parts.host.end(), IsHostCharacter)) {
    return Bad(text, "the host contains a character that no name has");
  }
  if (parts.host.find_first_not_of("0123456789") == std::string_view::npos) {
    return Bad(text, parts.port.empty() ? "a port alone, write HOST:" + std::string(parts.host)
                                        : std::string("the host is a number"));
  }
  if (parts.port.empty() && !default_port.has_value()) return Bad(text, "port is missing");
  Address address{kind, std::string(parts.host), default_port.value_or(0)};
  if (!parts.port.empty()) {
    ASSIGN_OR_RETURN(address.port, ParsePort(text, parts.port));
  }
  return address;
}

// Takes "scheme://" off `rest`; what has none is of the default kind, or a path.
Result<Address::Kind> ParseScheme(std::string_view text, std::string_view* rest,
                                  Address::Kind default_kind) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    if (!text.starts_with('/') || IsUnix(default_kind)) return default_kind;
    return default_kind == Address::Kind::kUdp ? Address::Kind::kUnixDatagram
                                               : Address::Kind::kUnix;
  }
  rest->remove_prefix(colon + 3);
  for (const Scheme& scheme : kSchemes) {
    if (scheme.name == text.substr(0, colon)) return scheme.kind;
  }
  return Bad(text, "unknown scheme; it must be one of tcp, udp, unix, unixgram");
}

}  // namespace

std::string Address::ToString() const {
  std::string text;
  for (const Scheme& scheme : kSchemes) {
    if (scheme.kind == kind) text.append(scheme.name).append("://");
  }
  if (IsUnix(kind)) return text + host;
  const bool v6 = host.find(':') != std::string::npos;
  if (v6) text += '[';
  text += host;
  if (v6) text += ']';
  return text + ':' + std::to_string(port);
}

Result<Address> ParseAddress(std::string_view text, Address::Kind default_kind,
                             std::optional<uint16_t> default_port) {
  std::string_view rest = text;
  ASSIGN_OR_RETURN(const Address::Kind kind, ParseScheme(text, &rest, default_kind));
  if (IsUnix(kind)) return ParsePath(text, rest, kind);
  return ParseHost(text, rest, kind, default_port);
}

}  // namespace andon
