// UDP heartbeats (Forward protocol v1): a datagram of one byte now and then, which the server
// answers with one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/loop/loop.h"
#include "core/net/stream.h"

namespace andon::forward {

// Thread: output.
class Heartbeats {
 public:
  Heartbeats(Loop& loop, Network& network, Duration interval, Duration timeout)
      : loop_(loop), network_(network), interval_(interval), timeout_(timeout) {}

  // Of a server; returns its index.
  Result<size_t> Add(bool ipv6);
  // Where the server was reached: "192.0.2.1:24224", as of Stream::peer(). Before, it is not asked.
  void Reached(size_t index, const std::string& peer);
  // `beat` is called after each round.
  void Start(UniqueFunction<void()> beat);
  // False: it has answered since it was reached, and does not any more.
  bool alive(size_t index) const;

 private:
  struct Peer {
    std::optional<Address> address;
    std::unique_ptr<DatagramSocket> socket;    // Its own, so that who answers is known.
    std::optional<MonotonicTime> answered_at;  // Since it was reached.
  };
  void Round();

  Loop& loop_;
  Network& network_;
  const Duration interval_;
  const Duration timeout_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<Timer> timer_;
  UniqueFunction<void()> beat_;
};

}  // namespace andon::forward
