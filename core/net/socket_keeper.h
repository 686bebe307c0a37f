// The process's listening and datagram sockets by address. Over a reload, who listens on an address
// gets the socket that is open there already: what waits in its queue is kept, and the address is
// never in use by ourselves. Sockets that a service manager passed in are found the same way.
//
//   ...                         // New parts listen, while the old ones still do; old ones stop.
//   keeper.ReleaseUnclaimed();  // What nobody listens on any more is closed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/net/open_socket.h"

namespace andon {

// Stays open, and its unix socket's file stays, as long as anybody holds it. Who reads from it
// takes a descriptor of his own with Duplicate: one loop cannot watch a descriptor twice.
class SharedSocket {
 public:
  explicit SharedSocket(BoundSocket socket) : socket_(std::move(socket)) {}
  const Address& address() const { return socket_.address; }
  int fd() const { return socket_.fd.get(); }
  Result<UniqueFd> Duplicate() const;
  // How many of the kernel's drops have been reported, whoever read from the socket. Thread: any.
  std::atomic<uint32_t>& reported_drops() { return reported_drops_; }

 private:
  const BoundSocket socket_;
  std::atomic<uint32_t> reported_drops_{0};
};

// Thread: any.
class SocketKeeper {
 public:
  // What tells sockets apart. With reuse_port there may be several of one address, one a worker.
  struct Key {
    Address address;  // As asked for. Port 0, any port, names no socket: do not ask with it.
    bool reuse_port = false;
    bool operator==(const Key&) const = default;
  };
  using Opener = UniqueFunction<Result<BoundSocket>()>;

  // A socket that is kept for `key` and was not taken since the last release, or else what `open`
  // makes. Two that want one address between two releases are a mistake in the configuration,
  // unless both said reuse_port.
  Result<std::shared_ptr<SharedSocket>> Take(const Key& key, Opener open);

  // A reload has ended. Logs the addresses on which a part that was kept and a new one both listen.
  void ReleaseUnclaimed();

  // Takes in an open socket, as systemd passes them (sd_listen_fds(3)). Fails when it is none.
  Status Adopt(UniqueFd fd);
  // Adopts all that LISTEN_FDS announces to this process and removes the variables. Returns how
  // many. Call it before threads are started.
  Result<int> AdoptFromEnvironment();

 private:
  struct Entry {
    Key key;
    std::shared_ptr<SharedSocket> socket;
    uint64_t generation;  // When it was taken last.
    bool inherited = false;
  };
  Entry* Find(const Key& key) REQUIRES(mutex_);

  Mutex mutex_;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
  uint64_t generation_ GUARDED_BY(mutex_) = 1;  // One more with each release.
};

}  // namespace andon
