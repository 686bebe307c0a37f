// The beginning of a TLS connection, within a time limit.
#pragma once

#include <memory>

#include "core/net/life.h"
#include "core/net/stream.h"
#include "core/net/tls_connection.h"

namespace andon {

class TlsHandshake {
 public:
  using Done = UniqueFunction<void(Result<std::unique_ptr<Stream>>)>;

  // Destroying it gives up. `done` is called once, never inside Start, and may destroy it.
  TlsHandshake(Loop& loop, std::unique_ptr<TlsConnection> connection)
      : loop_(loop), connection_(std::move(connection)) {}
  void Start(Duration limit, Done done);

 private:
  void Step();
  void Finish(Result<std::unique_ptr<Stream>> result);

  Loop& loop_;
  std::unique_ptr<TlsConnection> connection_;
  Done done_;
  std::unique_ptr<Timer> limit_;
  std::unique_ptr<Watch> watch_;  // Goes before the connection does.
};

}  // namespace andon
