// One connection of an HttpServer: reads a request, writes its answer, and so on.
#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/net/http_request.h"
#include "core/net/stream.h"

namespace andon {

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};
using HttpHandler = UniqueFunction<HttpResponse(const HttpRequest&)>;

struct HttpLimits {
  size_t connections = 64;  // One more, and the one that was quiet longest is closed.
  size_t head_bytes = 8192;
  Duration request = std::chrono::seconds(10);  // From the first byte of a head to its last.
  Duration idle = std::chrono::seconds(60);     // Without any byte, either way.
};

class HttpConnection {
 public:
  // `closed` is called once, never inside the constructor, and destroys the connection.
  HttpConnection(Loop& loop, std::unique_ptr<Stream> stream, const HttpLimits& limits,
                 HttpHandler& handler, UniqueFunction<void()> closed);
  MonotonicTime last_activity() const { return last_activity_; }

 private:
  enum class State : uint8_t { kReading, kWriting, kDraining };
  void Ready(Interest what);
  void Read();
  void Answer();
  void Respond(HttpResponse response, bool with_body);
  void RespondError(int status);
  void Write();
  void Drain();
  void StartTimer(Duration delay);
  void Close();

  Loop& loop_;
  const std::unique_ptr<Stream> stream_;
  const HttpLimits& limits_;
  HttpHandler& handler_;
  UniqueFunction<void()> closed_;
  State state_ = State::kReading;
  bool keep_alive_ = true;
  ByteBuffer in_;
  std::string head_;
  std::string body_;
  size_t written_ = 0;  // Of both.
  MonotonicTime last_activity_;
  std::unique_ptr<Timer> timer_;  // Closes.
  std::unique_ptr<Timer> next_;   // Answers a request that is there already.
};

}  // namespace andon
