#include "core/net/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace andon {

namespace {

constexpr size_t kMaxPieces = 64;

// First probe after a minute, then six more, ten seconds apart.
constexpr int kKeepIdleSeconds = 60;
constexpr int kKeepIntervalSeconds = 10;
constexpr int kKeepProbes = 6;

void SetOption(int fd, int level, int name, int value) {
  (void)::setsockopt(fd, level, name, &value, sizeof value);  // A unix socket has none of them.
}

}  // namespace

void TuneConnection(int fd, bool keepalive) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (!keepalive) return;
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
}

IoResult FailedIo(const std::string& peer, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return {};
  return {IoResult::Outcome::kEnd, 0, ErrnoStatus(peer, error)};
}

Result<std::unique_ptr<Stream>> SocketStream::Make(Loop& loop, UniqueFd fd, std::string peer) {
  std::unique_ptr<SocketStream> stream(new SocketStream(std::move(fd), std::move(peer)));
  SocketStream* raw = stream.get();
  ASSIGN_OR_RETURN(stream->watch_, loop.WatchFd(raw->fd(), Interest::kNone,
                                                [raw](Interest what) { raw->Ready(what); }));
  return std::unique_ptr<Stream>(std::move(stream));
}

void SocketStream::Ready(Interest what) {
  if (!ready_) return;
  // Out here on the stack: `ready` may destroy the stream, or set another function.
  UniqueFunction<void(Interest)> ready = std::move(ready_);
  const Life::Watch watch(life_);
  ready(what);
  if (!watch.ended() && !ready_) ready_ = std::move(ready);
}

IoResult SocketStream::Read(std::span<std::byte> to) {
  if (to.empty()) return {};
  ssize_t got = 0;
  do {
    got = ::recv(fd_.get(), to.data(), to.size(), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return FailedIo(peer_, errno);
  if (got == 0) return {IoResult::Outcome::kEnd, 0, OkStatus()};
  return {IoResult::Outcome::kDone, static_cast<size_t>(got), OkStatus()};
}

IoResult SocketStream::Write(std::span<const Bytes> from) {
  iovec pieces[kMaxPieces];
  size_t count = 0;
  for (const Bytes& piece : from.first(std::min(from.size(), kMaxPieces))) {
    if (piece.empty()) continue;
    pieces[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
  }
  if (count == 0) return {};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  ssize_t put = 0;
  do {
    put = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (put < 0 && errno == EINTR);
  if (put < 0) return FailedIo(peer_, errno);
  return {IoResult::Outcome::kDone, static_cast<size_t>(put), OkStatus()};
}

void SocketStream::ShutdownWrite() { (void)::shutdown(fd_.get(), SHUT_WR); }

}  // namespace andon
