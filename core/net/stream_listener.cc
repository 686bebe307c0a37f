#include "core/net/stream_listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>

#include "core/base/log.h"
#include "core/net/socket_address.h"
#include "core/net/socket_stream.h"

namespace andon {

namespace {

// Then others on the loop get their turn.
constexpr int kMaxBatch = 64;
// Without a descriptor left nothing can be accepted: not now, and looking again at once would spin.
constexpr Duration kRest = std::chrono::milliseconds(250);
constexpr Duration kHandshakeLimit = std::chrono::seconds(15);
// Handshakes under way beyond this wait in the kernel's queue.
constexpr size_t kMaxHandshakes = 512;

std::string PeerOf(const SocketAddress& address) {
  PeerText text;
  const std::string_view peer = FormatPeer(address, text);
  return peer.empty() ? "unix" : std::string(peer);
}

// The peer gave up while it waited, or its network did: accept(2) wants us to go on.
bool ConcernsOneConnection(int error) {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPERM:
      return true;
    default:
      return false;
  }
}

}  // namespace

StreamListener::StreamListener(Loop& loop, std::shared_ptr<SharedSocket> socket,
                               std::unique_ptr<TlsContext> tls, Accepted accepted)
    : loop_(loop),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      accepted_(std::move(accepted)) {}

Result<std::unique_ptr<Listener>> StreamListener::Make(Loop& loop,
                                                       std::shared_ptr<SharedSocket> socket,
                                                       std::unique_ptr<TlsContext> tls,
                                                       Accepted accepted) {
  std::unique_ptr<StreamListener> listener(
      new StreamListener(loop, std::move(socket), std::move(tls), std::move(accepted)));
  ASSIGN_OR_RETURN(listener->fd_, listener->socket_->Duplicate());
  // What is accepted inherits it, which saves system calls for each connection.
  if (!IsUnix(listener->address().kind)) TuneConnection(listener->fd_.get(), true);
  StreamListener* raw = listener.get();
  ASSIGN_OR_RETURN(listener->watch_, loop.WatchFd(raw->fd_.get(), Interest::kRead,
                                                  [raw](Interest) { raw->AcceptBatch(); }));
  return std::unique_ptr<Listener>(std::move(listener));
}

void StreamListener::Pause() {
  paused_ = true;
  Rearm();
}

void StreamListener::Resume() {
  paused_ = false;
  Rearm();
}

void StreamListener::Rearm() {
  const bool accepts = !paused_ && rest_ == nullptr && handshakes_.size() < kMaxHandshakes;
  watch_->Set(accepts ? Interest::kRead : Interest::kNone);
}

void StreamListener::AcceptBatch() {
  const Life::Watch watch(life_);
  for (int i = 0; i < kMaxBatch; ++i) {
    const bool more = AcceptOne();
    if (watch.ended()) return;
    if (!more || paused_ || handshakes_.size() >= kMaxHandshakes) break;
  }
  Rearm();
}

bool StreamListener::AcceptOne() {
  SocketAddress from;
  from.length = sizeof from.storage;
  UniqueFd fd(::accept4(fd_.get(), from.get(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.valid()) {
    if (ConcernsOneConnection(errno)) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) OutOfDescriptors(errno);
    return false;
  }
  std::string peer = PeerOf(from);
  if (tls_ != nullptr) {
    StartTls(std::move(fd), std::move(peer));
    return true;
  }
  auto stream = SocketStream::Make(loop_, std::move(fd), std::move(peer));
  if (!stream.ok()) {
    OutOfDescriptors(ENOMEM);
    return false;
  }
  Deliver(*std::move(stream));
  return true;
}

void StreamListener::OutOfDescriptors(int error) {
  LogWarn("net", "connections cannot be accepted; they wait",
          {{"address", socket_->address().ToString()},
           {"reason", ErrnoStatus("accept", error).message()},
           {"hint", error == EMFILE ? "raise LimitNOFILE= of the service" : ""}});
  rest_ = loop_.After(kRest, [this] {
    rest_.reset();
    Rearm();
  });
}

void StreamListener::StartTls(UniqueFd fd, std::string peer) {
  TlsPointer tls = tls_->NewConnection(loop_.Now());
  if (tls == nullptr) return;  // Out of memory: the connection is closed.
  const uint64_t id = next_handshake_++;
  auto handshake = std::make_unique<TlsHandshake>(
      loop_, std::make_unique<TlsConnection>(std::move(tls), std::move(fd), TlsSide::kServer,
                                             std::move(peer)));
  handshake->Start(kHandshakeLimit, [this, id](Result<std::unique_ptr<Stream>> result) {
    const std::unique_ptr<TlsHandshake> done = std::move(handshakes_.extract(id).mapped());
    Rearm();
    if (result.ok()) return Deliver(*std::move(result));
    LogWarn("net", "a connection was refused",
            {{"address", socket_->address().ToString()}, {"reason", result.status().message()}});
  });
  handshakes_.emplace(id, std::move(handshake));
}

void StreamListener::Deliver(std::unique_ptr<Stream> stream) {
  // Out here on the stack: `accepted` may destroy the listener.
  Accepted accepted = std::move(accepted_);
  const Life::Watch watch(life_);
  accepted(std::move(stream));
  if (!watch.ended()) accepted_ = std::move(accepted);
}

}  // namespace andon
