// A stream over an established TLS connection.
#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/net/life.h"
#include "core/net/stream.h"
#include "core/net/tls_connection.h"

namespace andon {

class TlsStream : public Stream {
 public:
  static Result<std::unique_ptr<Stream>> Make(Loop& loop,
                                              std::unique_ptr<TlsConnection> connection);

  void OnReady(UniqueFunction<void(Interest)> ready) override { ready_ = std::move(ready); }
  void SetInterest(Interest what) override;
  IoResult Read(std::span<std::byte> to) override;
  IoResult Write(std::span<const Bytes> from) override;
  void ShutdownWrite() override;
  const std::string& peer() const override { return connection_->peer(); }
  std::string peer_identity() const override { return identity_; }
  int fd() const override { return connection_->fd(); }

 private:
  TlsStream(Loop& loop, std::unique_ptr<TlsConnection> connection);
  void SocketReady(Interest socket);
  // What the user may do now that the socket is ready for `socket`.
  Interest Possible(Interest socket) const;
  void Rearm();
  bool Flush();
  IoResult Taken(size_t bytes, bool ended) const;
  IoResult End();

  Loop& loop_;
  const std::unique_ptr<TlsConnection> connection_;
  const std::string identity_;
  UniqueFunction<void(Interest)> ready_;
  Interest interest_ = Interest::kNone;
  // OpenSSL may hold bytes that the socket will not announce: set until a read finds nothing.
  bool may_hold_bytes_ = true;
  bool read_wants_write_ = false;
  bool write_wants_read_ = false;
  bool read_ended_ = false;  // The peer has said that nothing more comes.
  bool failed_ = false;      // Neither way works any more.
  bool shut_down_ = false;   // When everything is flushed, if it is not yet.
  // One record that OpenSSL has taken and the socket has not, as OpenSSL wants to see it again.
  ByteBuffer unsent_;
  Life life_;
  std::unique_ptr<Timer> again_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon
