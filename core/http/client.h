// An HTTP/1.1 client on our loop: kept-alive connections, TLS, bodies that are borrowed.
//
//   http::Client client(loop, options);
//   call = client.Send({.method = "POST", .url = "https://es1:9200/_bulk", .body = bytes},
//                      [](http::Response response) { ... });
//
// It never repeats a request of which the server may have seen any of the body.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon::http {

struct TlsOptions {
  std::string ca;               // PEM file; empty: the system's roots.
  std::string certificate;      // PEM file with our certificate (mutual TLS).
  std::string key;              // PEM file with its private key.
  bool verify = true;           // Check the server's certificate.
  bool verify_hostname = true;  // And that it is for this host.
  // SHA-256 of a certificate in hex: the server's own, or one that stands in its chain and has
  // signed it. Takes the place of `ca`.
  std::string fingerprint;
};

struct ClientOptions {
  TlsOptions tls;
  Duration connect_timeout = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(60);  // From Send to the end of the answer.
  size_t max_answer_bytes = size_t{64} << 20;
  std::string proxy;  // URL; empty: none, whatever the environment says.
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  Bytes body;                        // Borrowed until `taken`, the answer or the end of the call.
  // All of the body has been copied: it is not needed any more. Not called without a body, nor for
  // one of which not all was sent. Must not send, nor end a call.
  UniqueFunction<void()> taken;
};

struct Response {
  // Ok: an answer came, whatever its code. kUnavailable: none came, or not all of it.
  Status status;
  bool reached = false;  // The server may have got the request.
  int code = 0;
  std::string content_type;
  ByteBuffer body;
};

// Destroying it gives up; nothing is called then.
class Call {
 public:
  virtual ~Call() = default;
};

// "0123...", 64 digits in hex, with or without colons. Else kInvalidConfig.
Status CheckFingerprint(const std::string& fingerprint);

// Outlives its calls. Thread: its loop's.
class Client {
 public:
  Client(Loop& loop, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `done` is called once, never inside the call. It may destroy the call and send others.
  std::unique_ptr<Call> Send(Request request, UniqueFunction<void(Response)> done);

 private:
  class Driver;
  std::unique_ptr<Driver> driver_;
};

}  // namespace andon::http
