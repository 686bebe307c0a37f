#include "core/net/http_server.h"

#include <algorithm>
#include <utility>

namespace andon {

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(Loop& loop, Network& network,
                                                       const Address& address, HttpHandler handler,
                                                       HttpLimits limits) {
  std::unique_ptr<HttpServer> server(new HttpServer(loop, std::move(handler), limits));
  HttpServer* raw = server.get();
  ListenOptions options;
  options.address = address;
  options.unix_permissions = 0660;
  ASSIGN_OR_RETURN(server->listener_,
                   network.Listen(options, [raw](std::unique_ptr<Stream> stream) {
                     raw->Accepted(std::move(stream));
                   }));
  return server;
}

void HttpServer::Accepted(std::unique_ptr<Stream> stream) {
  if (connections_.size() >= limits_.connections) CloseQuietest();
  const uint64_t id = next_id_++;
  connections_.emplace(
      id, std::make_unique<HttpConnection>(loop_, std::move(stream), limits_, handler_, [this, id] {
        // The connection is in the middle of a call: not before its end.
        const auto closed = connections_.extract(id);
      }));
}

void HttpServer::CloseQuietest() {
  const auto quietest =
      std::min_element(connections_.begin(), connections_.end(), [](const auto& a, const auto& b) {
        return a.second->last_activity() < b.second->last_activity();
      });
  if (quietest != connections_.end()) connections_.erase(quietest);
}

}  // namespace andon
