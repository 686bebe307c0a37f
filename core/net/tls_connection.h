// One TLS connection over a non-blocking socket: OpenSSL with sends that raise no SIGPIPE.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "core/net/stream.h"
#include "core/net/tls_context.h"
#include "core/net/unique_fd.h"

namespace andon {

// What the call needs before it can go on.
enum class TlsOutcome : uint8_t { kDone, kWantRead, kWantWrite, kEnd };

class TlsConnection {
 public:
  // A client checks the server's certificate for `name` unless it is empty.
  TlsConnection(TlsPointer tls, UniqueFd fd, TlsSide side, std::string peer);
  ~TlsConnection();
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  // Client: sends `name` (SNI) and, with `check`, demands that the certificate is for it. A numeric
  // address is checked as one.
  Status ExpectName(const std::string& name, bool check);
  TlsOutcome Handshake();
  // Up to `to` is full or nothing is left; *bytes says how many came, whatever the outcome.
  TlsOutcome Read(std::span<std::byte> to, size_t* bytes);
  // At most one record, 16 KiB. After kWantWrite the same bytes must be given again.
  TlsOutcome Write(Bytes from, size_t* bytes);
  // Tells the peer that nothing more comes.
  void Shutdown();

  // Why the last call gave kEnd; ok for an orderly close.
  Status error() const { return error_; }
  // Of the verified peer certificate: the common name, else the first DNS name; else empty.
  std::string PeerIdentity() const;
  int fd() const { return socket_.fd.get(); }
  const std::string& peer() const { return peer_; }

  struct Socket {
    UniqueFd fd;
    int error = 0;  // errno of the last call that failed for good.
    bool ended = false;
  };

 private:
  TlsOutcome Explain(int result);

  Socket socket_;
  const std::string peer_;
  TlsPointer tls_;
  Status error_;
  bool established_ = false;
};

}  // namespace andon
