#include "outputs/forward/prober.h"

#include <algorithm>
#include <utility>

namespace andon::forward {
namespace {

// A server that wants a handshake begins it as soon as it is connected to.
constexpr Duration kGreetingWait = std::chrono::milliseconds(300);

}  // namespace

Prober::Prober(const ForwardOutputConfig& config, OutputContext& context)
    : loop_(context.loop), servers_(config.servers.size()) {
  for (size_t i = 0; i < servers_.size(); ++i) {
    const ServerConfig& server = config.servers[i];
    servers_[i].link = std::make_unique<ServerLink>(
        server, config,
        ServerLink::Parts{context.id, loop_, context.network, context.random, *this});
    const bool has_key = !server.credentials.shared_key.empty();
    servers_[i].what = server.address.ToString() + (config.tls.enabled ? ": TLS" : ": connection") +
                       (has_key ? " and shared key" : "");
  }
}

void Prober::Run(UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  done_ = std::move(done);
  open_ = servers_.size();
  for (Server& server : servers_) server.link->Connect();
}

Prober::Server& Prober::Of(const ServerLink& link) {
  return *std::ranges::find_if(servers_,
                               [&link](const Server& one) { return one.link.get() == &link; });
}

void Prober::OnReady(ServerLink& link) {
  Server& server = Of(link);
  server.timer = loop_.After(kGreetingWait, [this, &server] { Find(server, OkStatus()); });
}

void Prober::OnLost(ServerLink& link, const Status& why,
                    std::vector<std::unique_ptr<OutMessage>> /*unfinished*/) {
  // Without a word: it closed what it need not keep open.
  Find(Of(link), why);
}

void Prober::Find(Server& server, const Status& status) {
  if (std::exchange(server.found, true)) return;
  server.status = status;
  if (--open_ > 0) return;
  // Posted: the links may be in the middle of their callbacks.
  loop_.Post([this] {
    std::vector<ProbeFinding> findings;
    for (Server& one : servers_) findings.push_back({one.what, one.status});
    std::exchange(done_, nullptr)(std::move(findings));
  });
}

}  // namespace andon::forward
