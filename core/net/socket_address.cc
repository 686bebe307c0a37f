#include "core/net/socket_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace andon {

namespace {

char* WriteNumber(char* to, unsigned value) { return std::to_chars(to, to + 10, value).ptr; }

std::string_view FormatIpv4(const uint8_t* bytes, uint16_t port, PeerText& to) {
  char* at = to.data();
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = WriteNumber(at, bytes[i]);
  }
  *at++ = ':';
  at = WriteNumber(at, port);
  return {to.data(), static_cast<size_t>(at - to.data())};
}

std::string Ipv6Host(const sockaddr_in6& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
  std::string host = text;
  char name[IF_NAMESIZE] = {};
  if (address.sin6_scope_id != 0 && ::if_indextoname(address.sin6_scope_id, name) != nullptr) {
    host.append("%").append(name);
  }
  return host;
}

const uint8_t* MappedIpv4(const sockaddr_in6& address) {
  return IN6_IS_ADDR_V4MAPPED(&address.sin6_addr) ? address.sin6_addr.s6_addr + 12 : nullptr;
}

template <class T>
T& As(SocketAddress& address) {
  return *reinterpret_cast<T*>(&address.storage);
}
template <class T>
const T& As(const SocketAddress& address) {
  return *reinterpret_cast<const T*>(&address.storage);
}

std::optional<SocketAddress> NumericIpv6(const Address& address) {
  SocketAddress out;
  auto& v6 = As<sockaddr_in6>(out);
  const size_t percent = address.host.find('%');
  const std::string host = address.host.substr(0, percent);
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  if (percent != std::string::npos) {
    v6.sin6_scope_id = ::if_nametoindex(address.host.c_str() + percent + 1);
  }
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  out.length = sizeof v6;
  return out;
}

}  // namespace

int SocketType(Address::Kind kind) {
  return kind == Address::Kind::kTcp || kind == Address::Kind::kUnix ? SOCK_STREAM : SOCK_DGRAM;
}

std::optional<SocketAddress> NumericAddress(const Address& address) {
  SocketAddress out;
  if (IsUnix(address.kind)) {
    auto& path = As<sockaddr_un>(out);
    path.sun_family = AF_UNIX;
    const size_t size = std::min(address.host.size(), sizeof path.sun_path - 1);
    std::memcpy(path.sun_path, address.host.data(), size);
    out.length = sizeof path;
    return out;
  }
  auto& v4 = As<sockaddr_in>(out);
  if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) != 1) return NumericIpv6(address);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  out.length = sizeof v4;
  return out;
}

Result<std::vector<SocketAddress>> LookUp(const Address& address, bool passive) {
  if (const auto numeric = NumericAddress(address); numeric.has_value()) {
    return std::vector<SocketAddress>{*numeric};
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SocketType(address.kind);
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error == EAI_SYSTEM) return ErrnoStatus("name lookup", errno);
  if (error != 0) return Unavailable(std::string("name lookup: ") + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::vector<SocketAddress> all;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& one = all.emplace_back();
    std::memcpy(&one.storage, info->ai_addr, info->ai_addrlen);
    one.length = info->ai_addrlen;
  }
  return all;
}

Address ToAddress(const SocketAddress& address, Address::Kind kind) {
  Address out;
  out.kind = kind;
  if (address.family() == AF_INET) {
    char text[INET_ADDRSTRLEN] = {};
    const auto& v4 = As<sockaddr_in>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    out.host = text;
    out.port = ntohs(v4.sin_port);
  } else if (address.family() == AF_INET6) {
    const auto& v6 = As<sockaddr_in6>(address);
    out.host = Ipv6Host(v6);
    out.port = ntohs(v6.sin6_port);
  } else if (address.family() == AF_UNIX) {
    const auto& path = As<sockaddr_un>(address);
    const size_t room =
        address.length - std::min<size_t>(address.length, offsetof(sockaddr_un, sun_path));
    out.host.assign(path.sun_path, ::strnlen(path.sun_path, room));
  }
  return out;
}

std::string_view FormatPeer(const SocketAddress& address, PeerText& to) {
  if (address.family() == AF_INET) {
    const auto& v4 = As<sockaddr_in>(address);
    return FormatIpv4(reinterpret_cast<const uint8_t*>(&v4.sin_addr), ntohs(v4.sin_port), to);
  }
  if (address.family() != AF_INET6) return {};
  const auto& v6 = As<sockaddr_in6>(address);
  if (const uint8_t* v4 = MappedIpv4(v6); v4 != nullptr) {
    return FormatIpv4(v4, ntohs(v6.sin6_port), to);
  }
  const std::string host = Ipv6Host(v6);
  char* at = to.data();
  *at++ = '[';
  at += host.copy(at, to.size() - 9);
  *at++ = ']';
  *at++ = ':';
  at = WriteNumber(at, ntohs(v6.sin6_port));
  return {to.data(), static_cast<size_t>(at - to.data())};
}

}  // namespace andon
