#include "core/net/open_socket.h"

#include <netinet/in.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "core/net/socket_address.h"
#include "core/net/socket_owner.h"

namespace andon {

namespace {

struct Plan {
  std::string subject;  // "listen tcp://0.0.0.0:80"
  Address address;
  bool reuse_port = false;
  uint32_t unix_permissions = 0;
};

void SetOption(int fd, int level, int name, int value) {
  // The callers can do without each of the options.
  (void)::setsockopt(fd, level, name, &value, sizeof value);
}

Status BindError(const Plan& plan, int error) {
  std::string hint;
  if (error == EADDRINUSE) hint = SocketOwner(plan.address);
  if (error == EADDRNOTAVAIL) hint = " (no interface of this machine has the address)";
  if (error == EACCES && !IsUnix(plan.address.kind) && plan.address.port < 1024) {
    hint =
        " (ports below 1024 need the capability CAP_NET_BIND_SERVICE; choose a higher port, or "
        "give it with AmbientCapabilities= in the systemd unit)";
  }
  const Status status = ErrnoStatus(plan.subject, error);
  return Unavailable(std::string(status.message()) + hint);
}

Status BindUnix(const Plan& plan, int fd, const SocketAddress& at) {
  // Narrow from the first moment on: bind makes the file with the descriptor's mode.
  ::fchmod(fd, plan.unix_permissions);
  int result = ::bind(fd, at.get(), at.length);
  if (result != 0 && errno == EADDRINUSE) {
    const Status removed = RemoveStaleSocketFile(plan.address.host, SocketType(plan.address.kind));
    if (!removed.ok()) return removed.WithSubject(plan.subject);
    result = ::bind(fd, at.get(), at.length);
  }
  if (result != 0) return BindError(plan, errno);
  if (::chmod(plan.address.host.c_str(), plan.unix_permissions) != 0) {  // Past the umask.
    return ErrnoStatus(plan.subject + ": set the permissions", errno);
  }
  return OkStatus();
}

Status BindInet(const Plan& plan, int fd, const SocketAddress& at) {
  if (SocketType(plan.address.kind) == SOCK_STREAM) SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (plan.reuse_port) SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (at.family() == AF_INET6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd, at.get(), at.length) != 0) return BindError(plan, errno);
  return OkStatus();
}

Result<BoundSocket> Open(const Plan& plan) {
  Result<std::vector<SocketAddress>> found = LookUp(plan.address, true);
  if (!found.ok()) return found.status().WithSubject(plan.subject);
  SocketAddress& at = found->front();
  BoundSocket bound;
  const int type = SocketType(plan.address.kind) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  bound.fd = UniqueFd(::socket(at.family(), type, 0));
  if (!bound.fd.valid()) return ErrnoStatus(plan.subject, errno);
  bound.address = plan.address;
  if (IsUnix(plan.address.kind)) {
    RETURN_IF_ERROR(BindUnix(plan, bound.fd.get(), at));
    bound.file = std::make_unique<UnixSocketFile>(plan.address.host);
    return bound;
  }
  RETURN_IF_ERROR(BindInet(plan, bound.fd.get(), at));
  at.length = sizeof at.storage;
  if (::getsockname(bound.fd.get(), at.get(), &at.length) != 0) {
    return ErrnoStatus(plan.subject, errno);
  }
  bound.address.port = ToAddress(at, plan.address.kind).port;
  return bound;
}

}  // namespace

Result<BoundSocket> OpenListeningSocket(const ListenOptions& options) {
  const Plan plan{"listen " + options.address.ToString(), options.address, options.reuse_port,
                  options.unix_permissions};
  if (SocketType(options.address.kind) != SOCK_STREAM) {
    return InvalidConfig(plan.subject + ": only tcp:// and unix:// carry streams");
  }
  ASSIGN_OR_RETURN(BoundSocket bound, Open(plan));
  // Two sockets can be bound to one port while neither listens: this is where the second fails.
  if (::listen(bound.fd.get(), options.backlog) != 0) return BindError(plan, errno);
  return bound;
}

Result<BoundSocket> OpenDatagramSocket(const DatagramOptions& options) {
  const Plan plan{"bind " + options.address.ToString(), options.address, options.reuse_port,
                  options.unix_permissions};
  if (SocketType(options.address.kind) != SOCK_DGRAM) {
    return InvalidConfig(plan.subject + ": only udp:// and unixgram:// carry datagrams");
  }
  return Open(plan);
}

}  // namespace andon
