#include "core/net/socket_keeper.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "core/base/log.h"
#include "core/net/socket_address.h"

namespace andon {

namespace {

constexpr int kFirstInheritedFd = 3;  // SD_LISTEN_FDS_START

// systemd opens "ListenStream=24224" on [::], which takes IPv4 too: it serves for 0.0.0.0.
bool IsWildcardFor(const Address& kept, const Address& wanted) {
  return kept.kind == wanted.kind && kept.port == wanted.port && kept.host == "::" &&
         wanted.host == "0.0.0.0";
}

int ReadOption(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

Result<Address> AddressOf(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  const int type = ReadOption(fd, SO_TYPE);
  if (type < 0 || ::getsockname(fd, address.get(), &address.length) != 0) {
    return ErrnoStatus("inherited descriptor " + std::to_string(fd), errno);
  }
  const bool path = address.family() == AF_UNIX;
  const bool inet = address.family() == AF_INET || address.family() == AF_INET6;
  if ((!path && !inet) || (type != SOCK_STREAM && type != SOCK_DGRAM)) {
    return Rejected("inherited descriptor " + std::to_string(fd) +
                    ": not a socket of a known kind");
  }
  if (type == SOCK_STREAM) {
    return ToAddress(address, path ? Address::Kind::kUnix : Address::Kind::kTcp);
  }
  return ToAddress(address, path ? Address::Kind::kUnixDatagram : Address::Kind::kUdp);
}

}  // namespace

Result<UniqueFd> SharedSocket::Duplicate() const {
  UniqueFd copy(::fcntl(fd(), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return ErrnoStatus(address().ToString(), errno);
  return copy;
}

SocketKeeper::Entry* SocketKeeper::Find(const Key& key) {
  // Those who share an address each want a socket of their own.
  for (Entry& entry : entries_) {
    const bool used = entry.socket.use_count() > 1;
    if (key.reuse_port && used && entry.generation == generation_) continue;
    if (entry.key == key) return &entry;
    if (entry.inherited && !used &&
        (entry.key.address == key.address || IsWildcardFor(entry.key.address, key.address))) {
      entry.key = key;
      return &entry;
    }
  }
  return nullptr;
}

Result<std::shared_ptr<SharedSocket>> SocketKeeper::Take(const Key& key, Opener open) {
  const MutexLock lock(mutex_);
  if (Entry* entry = Find(key); entry != nullptr) {
    if (entry->generation == generation_ && entry->socket.use_count() > 1) {
      return InvalidConfig(key.address.ToString() +
                           ": two parts of the configuration want this address");
    }
    entry->generation = generation_;
    return entry->socket;
  }
  ASSIGN_OR_RETURN(BoundSocket bound, open());
  auto socket = std::make_shared<SharedSocket>(std::move(bound));
  entries_.push_back({key, socket, generation_});
  return socket;
}

void SocketKeeper::ReleaseUnclaimed() {
  const MutexLock lock(mutex_);
  ++generation_;
  for (const Entry& entry : entries_) {
    // Who connects to it waits for ever otherwise.
    if (!entry.inherited || entry.generation > 0 || entry.socket.use_count() > 1) continue;
    LogWarn("net", "a socket from the service manager is in no listen option, it is closed",
            {{"address", entry.key.address.ToString()}});
  }
  std::erase_if(entries_, [](const Entry& entry) { return entry.socket.use_count() == 1; });
  for (const Entry& entry : entries_) {
    if (entry.socket.use_count() > 2) {
      LogError("net", "two parts of the configuration want one address",
               {{"address", entry.key.address.ToString()}});
    }
  }
}

Status SocketKeeper::Adopt(UniqueFd fd) {
  ASSIGN_OR_RETURN(Address address, AddressOf(fd.get()));
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  const MutexLock lock(mutex_);
  Entry entry{{address}, nullptr, 0, true};
  entry.socket = std::make_shared<SharedSocket>(BoundSocket{std::move(fd), address, nullptr});
  entries_.push_back(std::move(entry));
  return OkStatus();
}

Result<int> SocketKeeper::AdoptFromEnvironment() {
  const char* process = std::getenv("LISTEN_PID");
  const char* count_text = std::getenv("LISTEN_FDS");
  if (process == nullptr || count_text == nullptr) return 0;
  const bool ours = std::to_string(::getpid()) == process;
  int count = 0;
  std::from_chars(count_text, count_text + std::strlen(count_text), count);
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!ours) return 0;
  for (int i = 0; i < count; ++i) RETURN_IF_ERROR(Adopt(UniqueFd(kFirstInheritedFd + i)));
  return count;
}

}  // namespace andon
