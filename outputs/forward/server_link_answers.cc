// What a server says: its side of the handshake, and acknowledgements.
#include "core/event/msgpack_walk.h"
#include "core/forward/ack.h"
#include "outputs/forward/server_link.h"

namespace andon::forward {
namespace {

constexpr size_t kReadStep = 16384;
constexpr size_t kMaxAnswerBytes = 65536;

}  // namespace

void ServerLink::Read() {
  const IoResult io = stream_->Read({received_.Tail(kReadStep), kReadStep});
  if (io.outcome == IoResult::Outcome::kAgain) return;
  if (io.outcome == IoResult::Outcome::kEnd) {
    Lose(io.error.ok() ? Unavailable("the server closed the connection") : io.error);
    return;
  }
  received_.Advance(io.bytes);
  const Status status = Consume();
  if (!status.ok() && stream_ != nullptr) Lose(status);
}

Status ServerLink::Consume() {
  size_t at = 0;
  while (stream_ != nullptr) {
    const Bytes rest = received_.bytes().subspan(at);
    const auto progress = scanner_.Feed(rest.subspan(scanned_));
    scanned_ += progress.bytes;
    if (progress.outcome == ValueScanner::Outcome::kInvalid) {
      return Rejected("the server's answer is no msgpack");
    }
    if (progress.outcome == ValueScanner::Outcome::kMore) break;
    const Bytes value = rest.first(scanned_);
    at += scanned_;
    scanned_ = 0;
    scanner_.Reset();
    if (WalkValue(value).outcome != WalkOutcome::kOk) {
      return Rejected("the server's answer is nested too deeply");
    }
    RETURN_IF_ERROR(TakeValue(ValueView(value)));
  }
  if (stream_ == nullptr) return OkStatus();
  received_.Consume(at);
  if (received_.size() > kMaxAnswerBytes) return Rejected("the server's answer does not end");
  if (received_.empty()) received_.Release();
  WatchIdle();
  return OkStatus();
}

Status ServerLink::TakeValue(ValueView value) {
  if (state_ == State::kReady) return TakeAck(value);
  RETURN_IF_ERROR(handshake_->Receive(value, greeting_));
  if (!handshake_->established()) {
    Write();
    return OkStatus();
  }
  const std::optional<Capability> capability = handshake_->capability();
  handshake_.reset();
  if (capability.has_value()) LearnOnce(capability);
  BecomeReady();
  return OkStatus();
}

Status ServerLink::TakeAck(ValueView value) {
  const auto ack = ReadAck(value);
  if (!ack.has_value()) {
    if (ReadHelo(value).has_value()) {
      return InvalidConfig("the server asks for a handshake: set shared_key");
    }
    return Rejected("the server's answer is no acknowledgement");
  }
  const auto at = awaiting_by_id_.find(std::string(ack->chunk));
  if (at == awaiting_by_id_.end()) return OkStatus();  // Of nobody any more.
  LearnOnce(ack->capability);
  auto message = awaiting_.extract(at->second);
  awaiting_by_id_.erase(at);
  failures_ = 0;
  parts_.owner.OnDelivered(*this, std::move(message.mapped()));
  return OkStatus();
}

void ServerLink::LearnOnce(const std::optional<Capability>& capability) {
  const bool once = capability.has_value() && capability->once;
  if (once_ == once) return;
  once_ = once;
  parts_.owner.OnOnceKnown(*this);
}

}  // namespace andon::forward
