// Addresses as the kernel wants them.
#pragma once

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/net/stream.h"

namespace andon {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// SOCK_STREAM or SOCK_DGRAM.
int SocketType(Address::Kind kind);

// Nothing when the host is a name that must be looked up.
std::optional<SocketAddress> NumericAddress(const Address& address);
// Looks a name up, which may block for seconds. In the order in which they should be tried; the
// message of an error is the resolver's alone.
Result<std::vector<SocketAddress>> LookUp(const Address& address, bool passive);

// The other way: what getsockname or accept gave.
Address ToAddress(const SocketAddress& address, Address::Kind kind);

// Room for "[ffff:...%scope]:65535".
using PeerText = std::array<char, 80>;
// "192.0.2.1:514", "[2001:db8::1]:514"; empty for unix sockets. IPv4 in IPv6 is shown as IPv4.
std::string_view FormatPeer(const SocketAddress& address, PeerText& to);

}  // namespace andon
