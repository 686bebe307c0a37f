// A small HTTP/1.1 server for the admin endpoint: GET and HEAD, kept-alive connections, and limits
// on everything that a peer could use up.
#pragma once

#include <memory>
#include <unordered_map>

#include "core/net/http_connection.h"
#include "core/net/http_request.h"
#include "core/net/stream.h"

namespace andon {

class HttpServer {
 public:
  // `handler` is called on the loop and answers at once. Both outlive the server.
  static Result<std::unique_ptr<HttpServer>> Listen(Loop& loop, Network& network,
                                                    const Address& address, HttpHandler handler,
                                                    HttpLimits limits = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const Address& address() const { return listener_->address(); }  // With the real port.
  size_t connections() const { return connections_.size(); }

 private:
  HttpServer(Loop& loop, HttpHandler handler, HttpLimits limits)
      : loop_(loop), handler_(std::move(handler)), limits_(limits) {}
  void Accepted(std::unique_ptr<Stream> stream);
  void CloseQuietest();

  Loop& loop_;
  HttpHandler handler_;
  const HttpLimits limits_;
  uint64_t next_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<HttpConnection>> connections_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace andon
