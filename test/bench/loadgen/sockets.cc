#include "test/bench/loadgen/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace andon::loadgen {
namespace {

sockaddr_in ToSockaddr(const Address& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &to.sin_addr) != 1) {
    errno = EINVAL;
    Die(address.host);
  }
  return to;
}

void SetNonBlocking(int fd) {
  if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) Die("fcntl");
}

void SetNoDelay(int fd) {
  const int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) Die("TCP_NODELAY");
}

void Control(int epoll, int operation, int fd, uint32_t events, uint64_t key) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  if (epoll_ctl(epoll, operation, fd, &event) != 0) Die("epoll_ctl");
}

}  // namespace

void Die(std::string_view what) {
  fmt::print(stderr, "loadgen: {}: {}\n", what, std::strerror(errno));
  std::exit(1);
}

Address ParseAddress(std::string_view text) {
  Address address;
  const size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const auto end = port.data() + port.size();
  if (port.empty() || std::from_chars(port.data(), end, address.port).ptr != end) {
    errno = EINVAL;
    Die(fmt::format("address \"{}\" is not host:port", text));
  }
  address.host = text.substr(0, colon);
  return address;
}

int Connect(const Address& address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  const sockaddr_in to = ToSockaddr(address);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) Die("connect");
  SetNoDelay(fd);
  SetNonBlocking(fd);
  return fd;
}

int Listen(const Address& address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  const int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) Die("SO_REUSEADDR");
  const sockaddr_in at = ToSockaddr(address);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) Die("bind");
  if (listen(fd, SOMAXCONN) != 0) Die("listen");
  SetNonBlocking(fd);
  return fd;
}

int Accept(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) SetNoDelay(fd);
  return fd;
}

void SetCork(int fd, bool corked) {
  const int on = corked ? 1 : 0;
  if (setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on) != 0) Die("TCP_CORK");
}

int MakeEpoll() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) Die("epoll_create1");
  return fd;
}

void Watch(int epoll, int fd, uint32_t events, uint64_t key) {
  Control(epoll, EPOLL_CTL_ADD, fd, events, key);
}

void Change(int epoll, int fd, uint32_t events, uint64_t key) {
  Control(epoll, EPOLL_CTL_MOD, fd, events, key);
}

}  // namespace andon::loadgen
