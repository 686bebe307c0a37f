#include "core/net/real_network.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/net/connector.h"
#include "core/net/datagram_receiver.h"
#include "core/net/open_socket.h"
#include "core/net/resolver.h"
#include "core/net/socket_address.h"
#include "core/net/stream_listener.h"
#include "core/net/tls_context.h"

namespace andon {

namespace {

// Clients of more servers than this read the certificates anew for each connection.
constexpr size_t kMaxClientContexts = 32;

class RealNetwork : public Network {
 public:
  RealNetwork(Loop& loop, SocketKeeper* keeper) : loop_(loop), keeper_(keeper), resolver_(loop) {}

  Result<std::unique_ptr<Listener>> Listen(
      const ListenOptions& options,
      UniqueFunction<void(std::unique_ptr<Stream>)> accepted) override;
  std::unique_ptr<Connecting> Connect(
      const ConnectOptions& options,
      UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) override;
  Result<std::unique_ptr<DatagramSocket>> Bind(
      const DatagramOptions& options,
      UniqueFunction<void(std::span<const Datagram>)> received) override;
  Status CheckTls(const TlsOptions& options) override { return ClientContext(options).status(); }

 private:
  Result<std::shared_ptr<SharedSocket>> Take(const SocketKeeper::Key& key,
                                             SocketKeeper::Opener open);
  Result<std::shared_ptr<TlsContext>> ClientContext(const TlsOptions& options);

  Loop& loop_;
  SocketKeeper* const keeper_;
  Resolver resolver_;
  std::vector<std::shared_ptr<TlsContext>> client_contexts_;
  std::shared_ptr<DatagramArena> arena_;
};

// A connection that failed before it began; says so from the loop.
class Failing : public Connecting {
 public:
  Failing(Loop& loop, Status why, UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done)
      : timer_(loop.After(Duration(0), [why = std::move(why), done = std::move(done)]() mutable {
          done(std::move(why));
        })) {}

 private:
  const std::unique_ptr<Timer> timer_;
};

Result<std::shared_ptr<SharedSocket>> RealNetwork::Take(const SocketKeeper::Key& key,
                                                        SocketKeeper::Opener open) {
  // Who asks for any port gets another one each time.
  const bool named = IsUnix(key.address.kind) || key.address.port != 0;
  if (keeper_ != nullptr && named) return keeper_->Take(key, std::move(open));
  ASSIGN_OR_RETURN(BoundSocket bound, open());
  return std::make_shared<SharedSocket>(std::move(bound));
}

Result<std::unique_ptr<Listener>> RealNetwork::Listen(
    const ListenOptions& options, UniqueFunction<void(std::unique_ptr<Stream>)> accepted) {
  std::unique_ptr<TlsContext> tls;
  if (options.tls.enabled) {
    auto made = TlsContext::Make(options.tls, TlsSide::kServer);
    if (!made.ok()) return made.status().WithSubject("listen " + options.address.ToString());
    tls = *std::move(made);
  }
  ASSIGN_OR_RETURN(std::shared_ptr<SharedSocket> socket,
                   Take({options.address, options.reuse_port},
                        [&options] { return OpenListeningSocket(options); }));
  // A socket that was taken over gets what may have been changed.
  (void)::listen(socket->fd(), options.backlog);
  if (IsUnix(options.address.kind)) {
    (void)::chmod(options.address.host.c_str(), options.unix_permissions);
  }
  return StreamListener::Make(loop_, std::move(socket), std::move(tls), std::move(accepted));
}

Result<std::shared_ptr<TlsContext>> RealNetwork::ClientContext(const TlsOptions& options) {
  const auto found = std::find_if(client_contexts_.begin(), client_contexts_.end(),
                                  [&](const auto& known) { return known->options() == options; });
  if (found != client_contexts_.end()) return *found;
  ASSIGN_OR_RETURN(std::shared_ptr<TlsContext> made, TlsContext::Make(options, TlsSide::kClient));
  if (client_contexts_.size() < kMaxClientContexts) client_contexts_.push_back(made);
  return made;
}

std::unique_ptr<Connecting> RealNetwork::Connect(
    const ConnectOptions& options, UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) {
  std::shared_ptr<TlsContext> tls;
  if (options.tls.enabled) {
    auto context = ClientContext(options.tls);
    if (!context.ok()) {
      Status why = context.status().WithSubject("connect " + options.address.ToString());
      return std::make_unique<Failing>(loop_, std::move(why), std::move(done));
    }
    tls = *std::move(context);
  }
  return std::make_unique<Connector>(loop_, resolver_, std::move(tls), options, std::move(done));
}

Result<std::unique_ptr<DatagramSocket>> RealNetwork::Bind(
    const DatagramOptions& options, UniqueFunction<void(std::span<const Datagram>)> received) {
  ASSIGN_OR_RETURN(std::shared_ptr<SharedSocket> socket,
                   Take({options.address, options.reuse_port},
                        [&options] { return OpenDatagramSocket(options); }));
  if (IsUnix(options.address.kind)) {
    (void)::chmod(options.address.host.c_str(), options.unix_permissions);
  }
  if (arena_ == nullptr) arena_ = std::make_shared<DatagramArena>();
  return DatagramReceiver::Make(loop_, std::move(socket), arena_, options, std::move(received));
}

}  // namespace

std::unique_ptr<Network> MakeRealNetwork(Loop& loop, SocketKeeper* keeper) {
  return std::make_unique<RealNetwork>(loop, keeper);
}

}  // namespace andon
