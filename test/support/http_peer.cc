#include "test/support/http_peer.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "core/base/check.h"

namespace andon {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

// The first whole request in `bytes`, which it is taken out of.
std::optional<HttpPeer::Request> TakeRequest(std::string& bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  HttpPeer::Request request;
  std::string_view head = std::string_view(bytes).substr(0, end + 2);
  bool first = true;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    if (std::exchange(first, false)) {
      const size_t space = line.find(' ');
      request.method = line.substr(0, space);
      request.target = line.substr(space + 1, line.rfind(' ') - space - 1);
      continue;
    }
    const size_t colon = line.find(": ");
    CHECK(colon != std::string_view::npos);
    request.headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  const auto length = request.headers.find("content-length");
  const size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  if (bytes.size() < end + 4 + size) return std::nullopt;
  request.body = bytes.substr(end + 4, size);
  bytes.erase(0, end + 4 + size);
  return request;
}

}  // namespace

struct HttpPeer::Connection {
  size_t number = 0;
  std::unique_ptr<Stream> stream;
  std::string received;
  std::string to_send;
  bool close = false;
  bool ended = false;

  void Read() {
    std::byte bytes[65536];
    const IoResult io = stream->Read(bytes);
    if (io.outcome == IoResult::Outcome::kDone) received += AsText(Bytes(bytes, io.bytes));
    if (io.outcome == IoResult::Outcome::kEnd) ended = true;
  }
  void Write() {
    while (!to_send.empty()) {
      const Bytes piece = AsBytes(to_send);
      const IoResult io = stream->Write({&piece, 1});
      if (io.outcome == IoResult::Outcome::kEnd) ended = true;
      if (io.outcome != IoResult::Outcome::kDone) break;
      to_send.erase(0, io.bytes);
    }
    stream->SetInterest(to_send.empty() ? Interest::kRead : Interest::kReadWrite);
  }
  bool over() const { return ended || (close && to_send.empty()); }
};

HttpPeer::Reply HttpPeer::Answer(int code, const std::string& body, const std::string& type) {
  return {"HTTP/1.1 " + std::to_string(code) + " Said\r\nContent-Type: " + type +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
          false, false};
}

HttpPeer::HttpPeer(Network& network, Handler handler, const TlsOptions& tls)
    : handler_(std::move(handler)), tls_(tls.enabled) {
  ListenOptions options;
  options.address = {Address::Kind::kTcp, "127.0.0.1", 0};
  options.tls = tls;
  auto listener = network.Listen(options, [this](std::unique_ptr<Stream> stream) {
    const size_t number = next_connection_++;
    auto& connection = connections_[number];
    connection = std::make_unique<Connection>();
    connection->number = number;
    connection->stream = std::move(stream);
    connection->stream->OnReady([this, number](Interest what) {
      Connection& one = *connections_.at(number);
      if (Has(what, Interest::kRead)) one.Read();
      Serve(one);
    });
    connection->stream->SetInterest(Interest::kRead);
  });
  CHECK(listener.ok());
  listener_ = *std::move(listener);
}

HttpPeer::~HttpPeer() = default;

void HttpPeer::Serve(Connection& connection) {
  while (!connection.close) {
    auto request = TakeRequest(connection.received);
    if (!request.has_value()) break;
    request->connection = connection.number;
    requests_.push_back(*std::move(request));
    const Reply reply = handler_(requests_.back());
    if (reply.hold) continue;
    connection.to_send += reply.bytes;
    connection.close = reply.close;
  }
  connection.Write();
  if (connection.over()) connections_.erase(connection.number);
}

uint16_t HttpPeer::port() const { return listener_->address().port; }

std::string HttpPeer::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

}  // namespace andon
