#include "core/net/tls_handshake.h"

#include <string>
#include <utility>

#include "core/net/tls_stream.h"

namespace andon {

void TlsHandshake::Start(Duration limit, Done done) {
  done_ = std::move(done);
  // A client speaks first, and a socket that has just been made is writable. A server waits.
  Result<std::unique_ptr<Watch>> watch =
      loop_.WatchFd(connection_->fd(), Interest::kReadWrite, [this](Interest) { Step(); });
  if (!watch.ok()) {
    limit_ = loop_.After(Duration(0), [this, status = watch.status()] { Finish(status); });
    return;
  }
  watch_ = *std::move(watch);
  limit_ = loop_.After(limit, [this] {
    Finish(Unavailable(connection_->peer() + ": tls: the handshake took too long"));
  });
}

void TlsHandshake::Step() {
  switch (connection_->Handshake()) {
    case TlsOutcome::kWantRead:
      watch_->Set(Interest::kRead);
      return;
    case TlsOutcome::kWantWrite:
      watch_->Set(Interest::kWrite);
      return;
    case TlsOutcome::kEnd:
      return Finish(connection_->error());
    case TlsOutcome::kDone:
      break;
  }
  watch_.reset();
  Finish(TlsStream::Make(loop_, std::move(connection_)));
}

void TlsHandshake::Finish(Result<std::unique_ptr<Stream>> result) {
  watch_.reset();
  limit_.reset();
  Done done = std::move(done_);
  done(std::move(result));  // May destroy this.
}

}  // namespace andon
