#include "inputs/forward/connection.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::forward {
namespace {

constexpr size_t kLargeRest = size_t{512} << 10;  // So much missing is read by itself.
constexpr size_t kSlack = 4096;                   // The option behind the entries, and a bit more.
constexpr size_t kTrusted = size_t{2} << 20;      // Of an announced length, before it has come.
constexpr size_t kUnreadReplies = size_t{64} << 10;  // Who reads none gets no more either.
constexpr Duration kHandshakeLimit = std::chrono::seconds(15);

}  // namespace

Connection::Connection(uint64_t id, std::unique_ptr<Stream> stream, ConnectionWorker& worker)
    : id_(id), worker_(worker), stream_(std::move(stream)), decoder_(worker.limits) {
  sender_.peer = stream_->peer();
  const std::string identity = stream_->peer_identity();
  if (!identity.empty()) sender_.principal = "tls:" + identity;
}

Connection::~Connection() {
  // Closed, it may outlive its worker by a task.
  if (!closed()) worker_.budget.Forget(*this);
}

void Connection::Start() {
  stream_->OnReady([this](Interest what) { OnReady(what); });
  if (worker_.authenticator.enabled()) {
    phase_ = Phase::kHandshake;
    handshake_ = std::make_unique<ServerHandshake>(worker_.authenticator, worker_.random,
                                                   worker_.capability);
    handshake_->AppendHelo(out_);
    handshake_timer_ = worker_.loop.After(kHandshakeLimit, [this] { OnHandshakeTimeout(); });
    Flush();
  }
  UpdateInterest();
}

void Connection::OnHandshakeTimeout() { Close("it did not finish the handshake in time"); }

void Connection::UpdateInterest() {
  if (closed()) return;
  const bool read = phase_ != Phase::kEnded && !worker_.paused && !refused_memory_ &&
                    out_.size() < kUnreadReplies;
  const auto what = static_cast<Interest>((read ? 1 : 0) | (out_.empty() ? 0 : 2));
  if (what == interest_) return;
  interest_ = what;
  stream_->SetInterest(what);
}

void Connection::OnReady(Interest what) {
  if (Has(what, Interest::kWrite)) Flush();
  if (!closed() && Has(what, Interest::kRead) && Has(interest_, Interest::kRead)) Read();
}

void Connection::MayReadAgain() {
  refused_memory_ = false;
  UpdateInterest();
}

size_t Connection::Wanted() const {
  const uint64_t missing = phase_ == Phase::kMsgpack ? decoder_.missing() : 0;
  if (missing < kLargeRest) return kReadBytes;
  return static_cast<size_t>(std::min<uint64_t>(missing + kSlack, kReadBytes));
}

void Connection::Read() {
  const size_t room = worker_.budget.Grant(*this, Wanted());
  if (room == 0) {
    refused_memory_ = true;
    UpdateInterest();
    worker_.memory_is_short();
    return;
  }
  fresh_ = false;
  if (held_.size() >= kSmallRestBytes) {
    ReadInto(held_, RoomInHeld(room));
  } else {
    ByteBuffer& scratch = worker_.buffers.scratch();
    scratch.Append(held_.bytes());
    ReadInto(scratch, room);
  }
  worker_.budget.Wake();
}

// Grows held_ only when the message is longer than was known.
size_t Connection::RoomInHeld(size_t wanted) {
  if (held_.capacity() - held_.size() < kSlack) {
    const size_t doubled = std::max(2 * held_.size(), held_.size() + kSlack);
    held_.Reserve(std::min(doubled, worker_.limits.message_bytes + kReadBytes));
  }
  return std::min(wanted, held_.capacity() - held_.size());
}

void Connection::ReadInto(ByteBuffer& buffer, size_t room) {
  const IoResult io = stream_->Read({buffer.Tail(room), room});
  if (io.outcome == IoResult::Outcome::kAgain) return;
  if (io.outcome == IoResult::Outcome::kEnd) {
    OnEnd(io.error);
    return;
  }
  buffer.Advance(io.bytes);
  const size_t consumed = Consume({buffer.data(), buffer.size()});
  worker_.intake.Finish(*this);
  if (closed()) return;
  Keep(buffer, consumed);
  UpdateInterest();
}

// The room for a message of which `rest` bytes are there: exactly, where its length is known. A
// length is a promise: much more than has come is reserved for nobody.
size_t Connection::CapacityFor(size_t rest) const {
  const uint64_t missing = phase_ == Phase::kMsgpack ? decoder_.missing() : 0;
  const uint64_t known = rest + missing + kSlack;
  if (missing < kSlack) return 2 * rest;
  const size_t most = std::min(std::max(2 * rest, kTrusted), worker_.limits.message_bytes);
  return static_cast<size_t>(std::min<uint64_t>(known, most + kSlack));
}

void Connection::Keep(ByteBuffer& buffer, size_t consumed) {
  const Bytes rest = buffer.bytes().subspan(consumed);
  if (&buffer != &held_) {
    KeepRest(rest);
  } else if (rest.size() >= kSmallRestBytes) {
    if (consumed > 0) held_.Consume(consumed);
  } else {
    ByteBuffer large = std::move(held_);
    held_ = ByteBuffer();
    KeepRest(large.bytes().subspan(consumed));
    worker_.buffers.GiveBack(std::move(large));
  }
  worker_.budget.Charge(*this, held_.size(), fresh_);
}

void Connection::KeepRest(Bytes rest) {
  if (rest.size() >= kSmallRestBytes) {
    held_ = worker_.buffers.Take(CapacityFor(rest.size()));
  } else if (held_.capacity() < rest.size() || rest.empty()) {
    held_ = ByteBuffer(rest.size());
  }
  held_.Clear();
  held_.Append(rest);
}

void Connection::OnEnd(const Status& error) {
  if (!error.ok()) {
    LogDebug(worker_.id, "a connection broke",
             {{"sender", sender_.peer}, {"reason", error.message()}});
    Close("");
    return;
  }
  StopReading();
}

void Connection::StopReading() {
  if (closed()) return;
  phase_ = Phase::kEnded;
  handshake_timer_.reset();
  held_.Release();
  worker_.budget.Charge(*this, 0, true);
  Flush();
}

Ack Connection::AckFor(ByteBuffer reply) {
  ++pending_;
  return {&worker_.sink, worker_.acks.Add({id_, std::move(reply)})};
}

void Connection::Reply(Bytes reply) {
  --pending_;
  if (closed()) return;
  if (out_.empty()) worker_.has_reply(*this);
  out_.Append(reply);
}

void Connection::ReplyDropped() {
  --pending_;
  Close("");
}

void Connection::Flush() {
  while (!closed() && !out_.empty()) {
    const Bytes piece = out_.bytes();
    const IoResult io = stream_->Write({&piece, 1});
    if (io.outcome == IoResult::Outcome::kEnd) {
      Close("");
      return;
    }
    if (io.outcome == IoResult::Outcome::kAgain) break;
    out_.Consume(io.bytes);
  }
  if (out_.empty()) out_.Release();
  if (phase_ == Phase::kEnded && out_.empty() && pending_ == 0) {
    Close("");
    return;
  }
  UpdateInterest();
}

void Connection::Close(const char* reason) {
  if (closed()) return;
  if (*reason != '\0') {
    worker_.broken.Add();
    LogWarn(worker_.id, "a connection was closed", {{"sender", sender_.peer}, {"reason", reason}});
  }
  handshake_timer_.reset();
  stream_.reset();
  worker_.budget.Forget(*this);
  worker_.closed(*this);
}

}  // namespace andon::forward
