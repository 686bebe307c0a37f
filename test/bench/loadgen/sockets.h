// Sockets of the load generator. A failure ends the process with its reason: a benchmark that goes
// on after one measures nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace andon::loadgen {

struct Address {
  std::string host;  // A numeric IPv4 address.
  uint16_t port = 0;
};

// Prints `what` with errno's text and exits with status 1.
[[noreturn]] void Die(std::string_view what);

// "127.0.0.1:24224"
Address ParseAddress(std::string_view text);

// Non-blocking, connected (waits for that), without Nagle's delay.
int Connect(const Address& address);
// Non-blocking, listening.
int Listen(const Address& address);
// The next connection that waits, non-blocking; -1 when there is none.
int Accept(int listener);

// Corked, the socket sends whole packets only.
void SetCork(int fd, bool corked);
int MakeEpoll();
void Watch(int epoll, int fd, uint32_t events, uint64_t key);
void Change(int epoll, int fd, uint32_t events, uint64_t key);

}  // namespace andon::loadgen
