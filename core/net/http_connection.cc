#include "core/net/http_connection.h"

#include <utility>

namespace andon {

namespace {

constexpr size_t kReadBytes = 2048;
// After an answer that ends the connection: so that the answer arrives, what still comes is read.
constexpr Duration kDrainTime = std::chrono::seconds(1);

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace

HttpConnection::HttpConnection(Loop& loop, std::unique_ptr<Stream> stream, const HttpLimits& limits,
                               HttpHandler& handler, UniqueFunction<void()> closed)
    : loop_(loop),
      stream_(std::move(stream)),
      limits_(limits),
      handler_(handler),
      closed_(std::move(closed)),
      last_activity_(loop.Now()) {
  stream_->OnReady([this](Interest what) { Ready(what); });
  stream_->SetInterest(Interest::kRead);
  StartTimer(limits_.idle);
}

void HttpConnection::StartTimer(Duration delay) {
  timer_ = loop_.After(delay, [this] { Close(); });
}

void HttpConnection::Close() {
  UniqueFunction<void()> closed = std::move(closed_);
  closed();  // Destroys this.
}

void HttpConnection::Ready(Interest) {
  last_activity_ = loop_.Now();
  switch (state_) {
    case State::kReading:
      return Read();
    case State::kWriting:
      return Write();
    case State::kDraining:
      return Drain();
  }
}

void HttpConnection::Read() {
  const bool first = in_.empty();
  std::byte* to = in_.Tail(kReadBytes);
  const IoResult got = stream_->Read({to, kReadBytes});
  if (got.outcome == IoResult::Outcome::kEnd) return Close();
  if (got.outcome == IoResult::Outcome::kAgain) return;
  in_.Advance(got.bytes);
  if (first) StartTimer(limits_.request);
  Answer();
}

void HttpConnection::Answer() {
  next_.reset();
  HttpHead head;
  const int status = ParseHttpHead(in_.text(), &head);
  if (status == 0) {
    if (in_.size() >= limits_.head_bytes) return RespondError(431);
    return stream_->SetInterest(Interest::kRead);
  }
  if (status != 200) return RespondError(status);
  if (head.has_body) return RespondError(413);
  in_.Consume(head.size_bytes);
  keep_alive_ = head.keep_alive;
  const bool get = head.request.method == "GET";
  if (!get && head.request.method != "HEAD") {
    return Respond({.status = 405, .body = "only GET is served here\n"}, true);
  }
  Respond(handler_(head.request), get);
}

void HttpConnection::RespondError(int status) {
  keep_alive_ = false;
  Respond({.status = status, .body = std::string(Reason(status)) + "\n"}, true);
}

void HttpConnection::Respond(HttpResponse response, bool with_body) {
  head_ = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head_.append(Reason(response.status));
  head_ += "\r\nContent-Type: " + response.content_type;
  head_ += "\r\nContent-Length: " + std::to_string(response.body.size());
  if (response.status == 405) head_ += "\r\nAllow: GET, HEAD";
  head_ += keep_alive_ ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  body_ = with_body ? std::move(response.body) : std::string();
  written_ = 0;
  state_ = State::kWriting;
  StartTimer(limits_.idle);
  Write();
}

void HttpConnection::Write() {
  const size_t total = head_.size() + body_.size();
  while (written_ < total) {
    const size_t from_head = std::min(written_, head_.size());
    const Bytes pieces[] = {AsBytes(std::string_view(head_).substr(from_head)),
                            AsBytes(std::string_view(body_).substr(written_ - from_head))};
    const IoResult put = stream_->Write(pieces);
    if (put.outcome == IoResult::Outcome::kEnd) return Close();
    if (put.outcome == IoResult::Outcome::kAgain) return stream_->SetInterest(Interest::kWrite);
    written_ += put.bytes;
    StartTimer(limits_.idle);
  }
  body_ = std::string();
  if (!keep_alive_) {
    state_ = State::kDraining;
    in_.Release();
    stream_->ShutdownWrite();
    stream_->SetInterest(Interest::kRead);
    return StartTimer(kDrainTime);
  }
  state_ = State::kReading;
  if (in_.empty()) {
    stream_->SetInterest(Interest::kRead);
    return StartTimer(limits_.idle);
  }
  // A request that came with the one before: answered from the loop, so that many do not nest, and
  // before more is read, so that they do not pile up.
  stream_->SetInterest(Interest::kNone);
  StartTimer(limits_.request);
  next_ = loop_.After(Duration(0), [this] { Answer(); });
}

void HttpConnection::Drain() {
  std::byte scratch[kReadBytes];
  if (stream_->Read(scratch).outcome == IoResult::Outcome::kEnd) Close();
}

}  // namespace andon
