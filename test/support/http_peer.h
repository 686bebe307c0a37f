// An HTTP server that says what a test wants, byte by byte.
//
//   HttpPeer peer(network, [](const HttpPeer::Request& request) {
//     return HttpPeer::Answer(200, R"({"errors":false})");
//   });
//   client.Send({.url = peer.url() + "/_bulk"}, ...);
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/net/stream.h"

namespace andon {

class HttpPeer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  // Names in lower case.
    std::string body;
    size_t connection = 0;  // Counted from 0.
  };
  struct Reply {
    std::string bytes;   // The answer with its head.
    bool close = false;  // Behind it.
    bool hold = false;   // Nothing is answered, until the peer goes.
  };
  using Handler = std::function<Reply(const Request&)>;

  static Reply Answer(int code, const std::string& body,
                      const std::string& type = "application/json");
  static Reply Close() { return {"", true, false}; }
  static Reply Hold() { return {"", false, true}; }

  HttpPeer(Network& network, Handler handler, const TlsOptions& tls = {});
  ~HttpPeer();

  std::string url() const;
  uint16_t port() const;
  const std::vector<Request>& requests() const { return requests_; }
  size_t connections() const { return next_connection_; }

 private:
  struct Connection;
  void Serve(Connection& connection);

  Handler handler_;
  const bool tls_;
  std::vector<Request> requests_;
  size_t next_connection_ = 0;
  std::map<size_t, std::unique_ptr<Connection>> connections_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace andon
