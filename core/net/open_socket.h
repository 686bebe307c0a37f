// Sockets that are bound and, for streams, listen; with errors that say what to do.
#pragma once

#include <memory>

#include "core/base/status.h"
#include "core/net/stream.h"
#include "core/net/unique_fd.h"
#include "core/net/unix_socket_file.h"

namespace andon {

struct BoundSocket {
  UniqueFd fd;
  Address address;                       // With the real port.
  std::unique_ptr<UnixSocketFile> file;  // For a unix socket that this process made.
};

// `listen tcp://0.0.0.0:24224: Address already in use (process 4711, rsyslogd, has it)`
Result<BoundSocket> OpenListeningSocket(const ListenOptions& options);
// `bind udp://0.0.0.0:514: Permission denied (ports below 1024 need CAP_NET_BIND_SERVICE ...)`
Result<BoundSocket> OpenDatagramSocket(const DatagramOptions& options);

}  // namespace andon
