// What FakeNetworks are connected by: bytes and datagrams travel here, late, cut off or not at all,
// as the seed of the world wants it. Within one connection bytes keep their order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/net/stream.h"
#include "test/support/fake_loop.h"

namespace andon {

class FakeListener;
class FakeDatagramSocket;
class FakeSocket;

// Chances are of 0 to 1. Without faults every byte arrives at once and whole.
struct FakeFaults {
  Duration min_delay{0};
  Duration max_delay{0};      // Of each piece, each connection attempt, each datagram.
  double refuse_connect = 0;  // "Connection refused".
  double lose_connect = 0;    // Nobody answers the attempt.
  double cut = 0;             // Each write: the connection is reset somewhere in its bytes.
  double half_open = 0;       // Each write: from then on nothing arrives, either way.
  double partial = 0;         // Each read and write: only a part is moved.
  double lose_datagram = 0;   // Each of the three: chance of one datagram.
  double repeat_datagram = 0;
  size_t window_bytes = 65536;  // So many bytes of one direction are under way at most.
  // When both sides of a half-open connection notice, as kernels do that send keepalives.
  Duration keepalive = std::chrono::seconds(120);
};

// Hosts have names, and addresses 10.0.0.1, 10.0.0.2 ... in the order in which they are first seen.
class FakeWire {
 public:
  explicit FakeWire(FakeWorld& world);
  ~FakeWire();
  FakeWire(const FakeWire&) = delete;
  FakeWire& operator=(const FakeWire&) = delete;

  FakeFaults faults;  // May be changed at any time.

  // Resets every connection of `host`; of all hosts when it is empty.
  void Cut(const std::string& host = {});
  // A power cut: connections of `host` go silent, its peers are told nothing. What it had opened is
  // gone without a trace when its objects are destroyed.
  void PowerOff(const std::string& host);
  // While it is unplugged nothing gets to or from `host`; then everything does that waited.
  void Unplug(const std::string& host, bool unplugged);
  // The connection that carries this byte, counted over all connections from now on, is reset
  // right behind it: for trying every byte of an exchange.
  void CutAtByte(uint64_t offset) { cut_at_byte_ = bytes_sent_ + offset; }

  uint64_t bytes_sent() const { return bytes_sent_; }
  uint64_t connections_made() const { return connections_made_; }
  size_t open_connections() const;  // Both ends count.

  // For FakeNetwork and its sockets.
  struct Place {
    std::string host;
    Address::Kind kind;
    std::string at;  // Port or path.
    bool operator<(const Place& other) const {
      return std::tie(host, kind, at) < std::tie(other.host, other.kind, other.at);
    }
  };
  FakeWorld& world() { return world_; }
  FakeLoop& loop() { return loop_; }
  bool Chance(double probability);
  size_t Part(size_t bytes);  // `bytes`, or with the chance `partial` fewer, at least one.
  Duration Delay();
  // The number of bytes up to a cut that was asked for, if that is in the next `bytes`.
  std::optional<size_t> CountBytes(size_t bytes);
  std::string IpOf(const std::string& host);
  // The host that `name`, a name or an address, means on `from`; empty when nobody has it.
  std::string Resolve(const std::string& name, const std::string& from) const;
  uint16_t NewPort() { return next_port_++; }
  bool IsUnplugged(const std::string& host) const { return unplugged_.contains(host); }
  void Register(FakeSocket* socket) { sockets_.push_back(socket); }
  void Unregister(FakeSocket* socket) { std::erase(sockets_, socket); }
  void CountConnection() { ++connections_made_; }

  std::multimap<Place, FakeListener*>& listeners() { return listeners_; }
  std::multimap<Place, FakeDatagramSocket*>& receivers() { return receivers_; }
  // Runs `task` on the wire after a delay, if it still exists then.
  void Later(Duration delay, UniqueFunction<void()> task);

 private:
  FakeWorld& world_;
  FakeLoop loop_;
  uint64_t bytes_sent_ = 0;
  uint64_t connections_made_ = 0;
  std::optional<uint64_t> cut_at_byte_;
  uint16_t next_port_ = 40000;
  std::vector<std::string> hosts_;
  std::map<std::string, bool> unplugged_;
  std::vector<FakeSocket*> sockets_;
  std::multimap<Place, FakeListener*> listeners_;
  std::multimap<Place, FakeDatagramSocket*> receivers_;
  uint64_t next_later_ = 0;
  std::map<uint64_t, std::unique_ptr<Timer>> later_;
};

}  // namespace andon
