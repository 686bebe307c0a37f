// Byte streams and datagrams behind an interface: TCP, TLS and unix sockets on a real loop, and a
// network that cuts and delays in the simulation.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon {

// "tcp://host:port", "udp://...", "unix:///path" (stream), "unixgram:///path"; host:port alone is
// taken as the caller's default scheme. IPv6 in brackets. Names are resolved when connecting.
struct Address {
  enum class Kind : uint8_t { kTcp, kUdp, kUnix, kUnixDatagram };
  Kind kind = Kind::kTcp;
  std::string host;  // Or the path of a unix socket.
  uint16_t port = 0;
  std::string ToString() const;  // With its scheme.
  bool operator==(const Address&) const = default;
};
constexpr bool IsUnix(Address::Kind kind) {
  return kind == Address::Kind::kUnix || kind == Address::Kind::kUnixDatagram;
}
// kInvalidConfig with what is wrong: `"10.0.0.1": port is missing`.
Result<Address> ParseAddress(std::string_view text, Address::Kind default_kind,
                             std::optional<uint16_t> default_port = std::nullopt);

struct IoResult {
  enum class Outcome : uint8_t {
    kDone,   // `bytes` were moved, at least one.
    kAgain,  // Nothing now; ready() will be called.
    kEnd,    // Read: the peer has closed its side. Write: the connection is gone.
  };
  Outcome outcome = Outcome::kAgain;
  size_t bytes = 0;
  Status error;  // With kEnd: why, when it was not an orderly close.
};

// A connection. Readiness style, so that who reads owns the buffer. Thread: its loop's.
class Stream {
 public:
  virtual ~Stream() = default;  // Closes; buffered data that was not written is lost.
  // `ready` is called while what is asked for can go on (level-triggered; TLS included: bytes that
  // are already decrypted count as readable). May be called inside `ready`. The stream may be
  // destroyed inside `ready`.
  virtual void OnReady(UniqueFunction<void(Interest)> ready) = 0;
  virtual void SetInterest(Interest what) = 0;
  virtual IoResult Read(std::span<std::byte> to) = 0;
  virtual IoResult Write(std::span<const Bytes> from) = 0;  // At most 64 pieces are looked at.
  virtual void ShutdownWrite() = 0;
  virtual const std::string& peer() const = 0;  // "192.0.2.1:4711", "unix"
  // The common name (or first DNS name) of the verified client or server certificate; empty
  // without.
  virtual std::string peer_identity() const { return {}; }
  // An open descriptor, when there is one (for SO_PEERCRED and the like); else -1.
  virtual int fd() const { return -1; }
};

enum class TlsVersion : uint8_t { k12, k13 };

struct TlsOptions {
  bool enabled = false;
  std::string certificate;          // PEM file with the chain.
  std::string key;                  // PEM file.
  std::string ca;                   // PEM file; client: empty means the system's roots.
  bool verify = true;               // Client: check the server. Server: see client_certificate.
  bool client_certificate = false;  // Server: demand one and check it against `ca` (mutual TLS).
  std::string server_name;          // Client: name to check and SNI; empty: the host.
  TlsVersion minimum_version = TlsVersion::k12;
  bool operator==(const TlsOptions&) const = default;
};

// Stops listening when destroyed.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual const Address& address() const = 0;  // With the real port when 0 was asked for.
  // No further accepts while paused: waiting connections stay in the kernel's queue.
  virtual void Pause() = 0;
  virtual void Resume() = 0;
};

struct ListenOptions {
  Address address;
  TlsOptions tls;
  int backlog = 1024;
  bool reuse_port = false;           // SO_REUSEPORT, when several workers listen.
  uint32_t unix_permissions = 0666;  // Of a unix socket's file.
};

struct ConnectOptions {
  Address address;
  TlsOptions tls;
  Duration timeout = std::chrono::seconds(10);
  bool keepalive = true;  // SO_KEEPALIVE
};

// A connection being made; destroying it gives up.
class Connecting {
 public:
  virtual ~Connecting() = default;
};

struct Datagram {
  Bytes bytes;
  std::string_view peer;   // "192.0.2.1:514"; empty for unix sockets.
  bool truncated = false;  // It was longer than max_datagram_bytes.
};

class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;
  virtual const Address& address() const = 0;
  virtual void Pause() = 0;
  virtual void Resume() = 0;
  // What the kernel dropped since the last call, above all because the receive buffer was full; 0
  // where it cannot be known.
  virtual uint64_t TakeDrops() = 0;
  virtual Status SendTo(Bytes bytes, const Address& to) = 0;
};

struct DatagramOptions {
  Address address;
  size_t receive_buffer_bytes = size_t{4} << 20;  // SO_RCVBUF, forced where allowed.
  size_t max_datagram_bytes = 65536;
  bool reuse_port = false;
  uint32_t unix_permissions = 0666;
};

// Makes connections for one loop. Sockets survive a reload: Listen and Bind take over the socket
// that a SocketKeeper (socket_keeper.h) holds for the address. Outlives all that it made.
class Network {
 public:
  virtual ~Network() = default;
  // Bound and listening when it returns; accepts begin with the next round of the loop. A TLS
  // handshake is finished before `accepted` is called.
  virtual Result<std::unique_ptr<Listener>> Listen(
      const ListenOptions& options, UniqueFunction<void(std::unique_ptr<Stream>)> accepted) = 0;
  // `done` is called once, never inside the call: with the stream, after the TLS handshake.
  virtual std::unique_ptr<Connecting> Connect(
      const ConnectOptions& options,
      UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) = 0;
  // kInvalidConfig with the file that Connect with these options could not use.
  virtual Status CheckTls(const TlsOptions& /*options*/) { return OkStatus(); }
  // `received` gets all that one recvmmsg brought, up to 64 at a time.
  virtual Result<std::unique_ptr<DatagramSocket>> Bind(
      const DatagramOptions& options, UniqueFunction<void(std::span<const Datagram>)> received) = 0;
};

}  // namespace andon
