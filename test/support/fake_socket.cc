#include "test/support/fake_socket.h"

#include <algorithm>
#include <utility>

namespace andon {

FakeSocket::FakeSocket(FakeWire& wire, Loop& loop, std::string host, std::string peer)
    : wire_(wire), loop_(&loop), host_(std::move(host)), peer_(std::move(peer)) {
  wire_.Register(this);
}

FakeSocket::~FakeSocket() { wire_.Unregister(this); }

void FakeSocket::Join(const std::shared_ptr<FakeSocket>& a, const std::shared_ptr<FakeSocket>& b) {
  a->other_ = b;
  b->other_ = a;
}

size_t FakeSocket::Room() const {
  const size_t used = outbox_bytes_ + (other_ == nullptr ? 0 : other_->inbox_.size());
  return used >= wire_.faults.window_bytes ? 0 : wire_.faults.window_bytes - used;
}

Interest FakeSocket::Possible() const {
  const bool readable = !inbox_.empty() || peer_ended_ || reset_;
  const bool writable = reset_ || write_ended_ || Room() > 0;
  const int now = (readable ? 1 : 0) | (writable ? 2 : 0);
  return static_cast<Interest>(now & static_cast<int>(interest_));
}

void FakeSocket::SetInterest(Interest what) {
  interest_ = what;
  Poke();
}

void FakeSocket::Poke() {
  if (loop_ == nullptr || told_ || !ready_ || Possible() == Interest::kNone) return;
  told_ = true;
  loop_->Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self != nullptr) self->Tell();
  });
}

void FakeSocket::Tell() {
  told_ = false;
  const Interest possible = Possible();
  if (loop_ == nullptr || !ready_ || possible == Interest::kNone) return;
  UniqueFunction<void(Interest)> ready = std::move(ready_);
  ready(possible);  // May close this; the caller holds it.
  if (loop_ != nullptr && !ready_) ready_ = std::move(ready);
  Poke();
}

IoResult FakeSocket::Read(std::span<std::byte> to) {
  if (to.empty()) return {};
  if (inbox_.empty()) {
    if (reset_)
      return {IoResult::Outcome::kEnd, 0, Unavailable(peer_ + ": Connection reset by peer")};
    if (peer_ended_) return {IoResult::Outcome::kEnd, 0, OkStatus()};
    return {};
  }
  const size_t bytes = wire_.Part(std::min(to.size(), inbox_.size()));
  std::copy_n(AsBytes(inbox_).begin(), bytes, to.begin());
  inbox_.erase(0, bytes);
  if (other_ != nullptr) other_->Poke();
  return {IoResult::Outcome::kDone, bytes, OkStatus()};
}

IoResult FakeSocket::Write(std::span<const Bytes> from) {
  if (reset_ || write_ended_) {
    return {IoResult::Outcome::kEnd, 0, Unavailable(peer_ + ": Broken pipe")};
  }
  std::string data;
  for (const Bytes& piece : from.first(std::min<size_t>(from.size(), 64))) {
    data.append(AsText(piece.first(std::min(piece.size(), Room() - data.size()))));
    if (data.size() == Room()) break;
  }
  if (data.empty()) return {};
  data.resize(wire_.Part(data.size()));
  const size_t bytes = data.size();
  // The kernel has taken the bytes, whatever becomes of them.
  IoResult taken{IoResult::Outcome::kDone, bytes, OkStatus()};
  std::optional<size_t> cut = wire_.CountBytes(bytes);
  if (!cut.has_value() && wire_.Chance(wire_.faults.cut)) {
    cut = wire_.world().random().Below(bytes + 1);
  }
  if (cut.has_value()) {
    if (*cut > 0) Send(Kind::kData, data.substr(0, *cut));
    CutOff();
    return taken;
  }
  if (wire_.Chance(wire_.faults.half_open)) GoSilent();
  Send(Kind::kData, std::move(data));
  return taken;
}

void FakeSocket::ShutdownWrite() {
  if (std::exchange(write_ended_, true)) return;
  Send(Kind::kEnd, {});
}

void FakeSocket::Close() {
  loop_ = nullptr;
  ready_ = nullptr;
  interest_ = Interest::kNone;
  // As TCP does: who closes with bytes unread resets the connection.
  Send(inbox_.empty() ? Kind::kEnd : Kind::kReset, {});
  inbox_.clear();
  write_ended_ = true;
}

void FakeSocket::Send(Kind kind, std::string data) {
  if (other_ == nullptr) return;
  MonotonicTime due = wire_.world().now() + wire_.Delay();
  if (!outbox_.empty()) due = std::max(due, outbox_.back().due);
  outbox_bytes_ += data.size();
  outbox_.push_back({due, kind, std::move(data)});
  SendWaiting();
}

void FakeSocket::SendWaiting() {
  if (delivery_ != nullptr || outbox_.empty() || silent_ || other_ == nullptr) return;
  if (wire_.IsUnplugged(host_) || wire_.IsUnplugged(other_->host_)) return;
  delivery_ = wire_.loop().After(outbox_.front().due - wire_.world().now(),
                                 [self = shared_from_this()] { self->Deliver(); });
}

void FakeSocket::Deliver() {
  delivery_.reset();
  if (silent_ || other_ == nullptr || outbox_.empty()) return;
  if (wire_.IsUnplugged(host_) || wire_.IsUnplugged(other_->host_)) return;
  const Segment segment = std::move(outbox_.front());
  outbox_.pop_front();
  outbox_bytes_ -= segment.data.size();
  const bool last = loop_ == nullptr && outbox_.empty();
  const std::shared_ptr<FakeSocket> other = other_;
  other->Arrive(segment);
  if (last && other->loop_ == nullptr) other_ = nullptr;
  SendWaiting();
}

void FakeSocket::Arrive(const Segment& segment) {
  if (segment.kind == Kind::kReset) return Reset();
  if (segment.kind == Kind::kEnd) {
    peer_ended_ = true;
  } else if (loop_ == nullptr) {  // Nobody is there any more.
    return Send(Kind::kReset, {});
  } else {
    inbox_ += segment.data;
  }
  Poke();
}

void FakeSocket::Reset() {
  reset_ = true;
  outbox_.clear();
  outbox_bytes_ = 0;
  delivery_.reset();
  Poke();
  const std::shared_ptr<FakeSocket> other = std::move(other_);
  if (other == nullptr || other->other_ == nullptr) return;
  other->Sever();
  wire_.Later(wire_.Delay(), [other] { other->Reset(); });
}

void FakeSocket::Sever() {
  outbox_.clear();
  outbox_bytes_ = 0;
  delivery_.reset();
  other_ = nullptr;
}

void FakeSocket::CutOff() {
  if (reset_) return;
  // What is under way to the other end may arrive before the reset does.
  Send(Kind::kReset, {});
}

void FakeSocket::GoSilent() {
  const std::shared_ptr<FakeSocket> other = other_;
  if (other == nullptr || silent_) return;
  silent_ = other->silent_ = true;
  wire_.Later(wire_.faults.keepalive, [self = shared_from_this(), other] {
    self->Reset();
    other->Reset();
  });
}

}  // namespace andon
