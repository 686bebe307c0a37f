// Accepts connections on a listening socket, and finishes their TLS handshakes.
#pragma once

#include <memory>
#include <unordered_map>

#include "core/net/life.h"
#include "core/net/socket_keeper.h"
#include "core/net/stream.h"
#include "core/net/tls_context.h"
#include "core/net/tls_handshake.h"
#include "core/net/unique_fd.h"

namespace andon {

class StreamListener : public Listener {
 public:
  using Accepted = UniqueFunction<void(std::unique_ptr<Stream>)>;
  // `socket` listens. `tls` is null for plain connections.
  static Result<std::unique_ptr<Listener>> Make(Loop& loop, std::shared_ptr<SharedSocket> socket,
                                                std::unique_ptr<TlsContext> tls, Accepted accepted);

  const Address& address() const override { return socket_->address(); }
  void Pause() override;
  void Resume() override;

 private:
  StreamListener(Loop& loop, std::shared_ptr<SharedSocket> socket, std::unique_ptr<TlsContext> tls,
                 Accepted accepted);
  void AcceptBatch();
  // False when there is nothing more to accept now.
  bool AcceptOne();
  void OutOfDescriptors(int error);
  void StartTls(UniqueFd fd, std::string peer);
  void Deliver(std::unique_ptr<Stream> stream);
  void Rearm();

  Loop& loop_;
  const std::shared_ptr<SharedSocket> socket_;
  const std::unique_ptr<TlsContext> tls_;
  Accepted accepted_;
  UniqueFd fd_;
  bool paused_ = false;
  std::unique_ptr<Timer> rest_;  // While the process has no descriptor left.
  std::unordered_map<uint64_t, std::unique_ptr<TlsHandshake>> handshakes_;
  uint64_t next_handshake_ = 0;
  Life life_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon
