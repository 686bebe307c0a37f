#include "core/net/connector.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/net/socket_stream.h"

namespace andon {

Connector::Connector(Loop& loop, Resolver& resolver, std::shared_ptr<TlsContext> tls,
                     const ConnectOptions& options, Done done)
    : loop_(loop),
      resolver_(resolver),
      tls_(std::move(tls)),
      options_(options),
      done_(std::move(done)),
      deadline_(loop.Now() + options.timeout),
      limit_(loop.After(options.timeout, [this] { Fail("timed out"); })) {
  // `done` is never called inside Network::Connect.
  attempt_ = loop_.After(Duration(0), [this] { Start(); });
}

void Connector::Start() {
  if (SocketType(options_.address.kind) != SOCK_STREAM) {
    return Fail("only tcp:// and unix:// carry streams");
  }
  if (const auto numeric = NumericAddress(options_.address); numeric.has_value()) {
    addresses_.push_back(*numeric);
    return Try();
  }
  lookup_ = resolver_.Start(options_.address, [this](Result<std::vector<SocketAddress>> found) {
    lookup_.reset();
    if (!found.ok()) return Fail(std::string(found.status().message()));
    addresses_ = *std::move(found);
    Try();
  });
}

void Connector::Try() {
  const SocketAddress& address = addresses_[next_];
  PeerText text;
  const std::string_view peer = FormatPeer(address, text);
  peer_ = peer.empty() ? "unix" : std::string(peer);
  if (const Status opened = Open(address); !opened.ok())
    return NextAddress(std::string(opened.message()));
  // One address that swallows everything must leave time for those after it.
  const Duration left = deadline_ - loop_.Now();
  const auto share = left / static_cast<int64_t>(addresses_.size() - next_);
  attempt_.reset();
  if (next_ + 1 == addresses_.size()) return;
  attempt_ = loop_.After(share, [this] { NextAddress("timed out"); });
}

Status Connector::Open(const SocketAddress& address) {
  fd_ = UniqueFd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_.valid()) return Unavailable(std::generic_category().message(errno));
  if (!IsUnix(options_.address.kind)) TuneConnection(fd_.get(), options_.keepalive);
  if (::connect(fd_.get(), address.get(), address.length) != 0 && errno != EINPROGRESS) {
    const char* hint = errno == EAGAIN ? " (its queue of connections is full)" : "";
    return Unavailable(std::generic_category().message(errno) + hint);
  }
  ASSIGN_OR_RETURN(watch_,
                   loop_.WatchFd(fd_.get(), Interest::kWrite, [this](Interest) { Connected(); }));
  return OkStatus();
}

void Connector::Connected() {
  watch_.reset();
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return NextAddress(std::generic_category().message(error));
  attempt_.reset();
  if (tls_ != nullptr) return StartTls();
  Finish(SocketStream::Make(loop_, std::move(fd_), peer_));
}

void Connector::NextAddress(const std::string& why) {
  watch_.reset();
  fd_.Reset(-1);
  if (!failures_.empty()) failures_ += "; ";
  if (addresses_.size() > 1 || !NumericAddress(options_.address).has_value()) {
    failures_ += peer_ + ": ";
  }
  failures_ += why;
  if (++next_ == addresses_.size()) return Fail(failures_);
  Try();
}

void Connector::StartTls() {
  TlsPointer tls = tls_->NewConnection(loop_.Now());
  if (tls == nullptr) return Fail("tls: out of memory");
  auto connection =
      std::make_unique<TlsConnection>(std::move(tls), std::move(fd_), TlsSide::kClient, peer_);
  const bool named = !options_.tls.server_name.empty();
  if (named || !IsUnix(options_.address.kind)) {
    const std::string& name = named ? options_.tls.server_name : options_.address.host;
    const Status status = connection->ExpectName(name, options_.tls.verify);
    if (!status.ok()) return Finish(status);
  }
  handshake_ = std::make_unique<TlsHandshake>(loop_, std::move(connection));
  handshake_->Start(std::max(deadline_ - loop_.Now(), Duration(0)),
                    [this](Result<std::unique_ptr<Stream>> result) {
                      if (result.ok()) return Finish(std::move(result));
                      Finish(result.status().WithSubject("connect " + options_.address.ToString()));
                    });
}

void Connector::Fail(const std::string& why) {
  std::string message = "connect " + options_.address.ToString() + ": ";
  if (!failures_.empty() && why != failures_) message += failures_ + "; ";
  Finish(Unavailable(message + why));
}

void Connector::Finish(Result<std::unique_ptr<Stream>> result) {
  limit_.reset();
  attempt_.reset();
  lookup_.reset();
  watch_.reset();
  if (!done_) return;
  Done done = std::move(done_);
  done(std::move(result));  // May destroy this.
}

}  // namespace andon
