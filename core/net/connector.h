// Makes a connection: looks the name up, tries its addresses in turn, does the TLS handshake, all
// within one time limit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/net/resolver.h"
#include "core/net/socket_address.h"
#include "core/net/stream.h"
#include "core/net/tls_context.h"
#include "core/net/tls_handshake.h"
#include "core/net/unique_fd.h"

namespace andon {

class Connector : public Connecting {
 public:
  using Done = UniqueFunction<void(Result<std::unique_ptr<Stream>>)>;
  // `tls` is null for a plain connection.
  Connector(Loop& loop, Resolver& resolver, std::shared_ptr<TlsContext> tls,
            const ConnectOptions& options, Done done);

 private:
  void Start();
  void Try();
  // Begins to connect.
  Status Open(const SocketAddress& address);
  void Connected();
  void NextAddress(const std::string& why);
  void StartTls();
  void Finish(Result<std::unique_ptr<Stream>> result);
  void Fail(const std::string& why);

  Loop& loop_;
  Resolver& resolver_;
  const std::shared_ptr<TlsContext> tls_;
  const ConnectOptions options_;
  Done done_;
  const MonotonicTime deadline_;
  std::unique_ptr<Timer> limit_;    // Of all.
  std::unique_ptr<Timer> attempt_;  // Of one address.
  std::unique_ptr<Resolver::Lookup> lookup_;
  std::vector<SocketAddress> addresses_;
  size_t next_ = 0;
  std::string peer_;
  std::string failures_;  // One for each address tried.
  UniqueFd fd_;
  std::unique_ptr<TlsHandshake> handshake_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon
