#include <sys/un.h>

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

bool IsPath(Address::Kind kind) {
  return kind == Address::Kind::kUnix || kind == Address::Kind::kUnixDatagram;
}

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

// Splits "host:port", "[v6]:port" and, where there is a default port, the host alone.
Status SplitHost(std::string_view text, std::string_view rest, std::string_view* host,
                 std::string_view* port) {
  if (rest.starts_with('[')) {
    const size_t end = rest.find(']');
    if (end == std::string_view::npos) return Bad(text, "] is missing");
    *host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ':') return Bad(text, "after ] there must be :port");
  } else {
    const size_t colon = rest.find(':');
    if (colon != rest.rfind(':')) return Bad(text, "an IPv6 address must be in brackets: [::1]:80");
    *host = rest.substr(0, colon);
    if (host->find(':') == std::string_view::npos && colon == std::string_view::npos) {
      rest = {};
    } else {
      rest.remove_prefix(colon);
    }
  }
  *port = rest.empty() ? rest : rest.substr(1);
  if (!rest.empty() && port->empty()) return Bad(text, "port is missing after the colon");
  return OkStatus();
}

}  // namespace

std::string Address::ToString() const {
  std::string text;
  for (const Scheme& scheme : kSchemes) {
    if (scheme.kind == kind) text.append(scheme.name).append("://");
  }
  if (IsPath(kind)) return text + host;
  const bool v6 = host.find(':') != std::string::npos;
  if (v6) text += '[';
  text += host;
  if (v6) text += ']';
  return text + ':' + std::to_string(port);
}

Result<Address> ParseAddress(std::string_view text, Address::Kind default_kind,
                             std::optional<uint16_t> default_port) {
  Address::Kind kind = default_kind;
  std::string_view rest = text;
  if (const size_t colon = text.find("://"); colon != std::string_view::npos) {
    const std::string_view name = text.substr(0, colon);
    const Scheme* found = nullptr;
    for (const Scheme& scheme : kSchemes) {
      if (scheme.name == name) found = &scheme;
    }
    if (found == nullptr) {
      return Bad(text, "unknown scheme; it must be one of tcp, udp, unix, unixgram");
    }
    kind = found->kind;
    rest.remove_prefix(colon + 3);
  } else if (text.starts_with('/') && !IsPath(kind)) {  // A path can only be a unix socket.
    kind = kind == Address::Kind::kUdp ? Address::Kind::kUnixDatagram : Address::Kind::kUnix;
  }
  if (IsPath(kind)) return ParsePath(text, rest, kind);

  std::string_view host;
  std::string_view port;
  RETURN_IF_ERROR(SplitHost(text, rest, &host, &port));
  if (host.empty()) return Bad(text, "host is missing; 0.0.0.0 or [::] stands for every interface");
  for (const char c : host) {
    if (!IsHostCharacter(c)) return Bad(text, "the host contains a character that no name has");
  }
  if (port.empty() && !default_port.has_value()) return Bad(text, "port is missing");
  Address address{kind, std::string(host), default_port.value_or(0)};
  if (!port.empty()) {
    ASSIGN_OR_RETURN(address.port, ParsePort(text, port));
  }
  return address;
}

}  // namespace andon
