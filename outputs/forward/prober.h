// What `andon check --connect` asks forward servers: does each answer, and does it take our key?
// No event is sent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/forward/forward_output_config.h"
#include "outputs/forward/server_link.h"

namespace andon::forward {

// Thread: output.
class Prober : private ServerLink::Owner {
 public:
  // Both outlive the prober.
  Prober(const ForwardOutputConfig& config, OutputContext& context);
  // `done` is called once, never inside the call, when every server has answered or has not in
  // time.
  void Run(UniqueFunction<void(std::vector<ProbeFinding>)> done);

 private:
  struct Server {
    std::unique_ptr<ServerLink> link;
    std::string what;
    std::unique_ptr<Timer> timer;  // Until it would have asked for a handshake.
    bool found = false;
    Status status;
  };
  Server& Of(const ServerLink& link);
  void Find(Server& server, const Status& status);

  void OnReady(ServerLink& link) override;
  void OnDelivered(ServerLink& /*link*/, std::unique_ptr<OutMessage> /*message*/) override {}
  void OnOnceKnown(ServerLink& /*link*/) override {}
  void OnLost(ServerLink& link, const Status& why,
              std::vector<std::unique_ptr<OutMessage>> unfinished) override;

  Loop& loop_;
  std::vector<Server> servers_;
  size_t open_ = 0;
  UniqueFunction<void(std::vector<ProbeFinding>)> done_;
};

}  // namespace andon::forward
