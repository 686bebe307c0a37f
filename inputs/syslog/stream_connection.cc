#include "inputs/syslog/stream_connection.h"

#include <sys/socket.h>

#include <cstring>
#include <utility>

#include "core/net/first_bytes.h"

namespace andon::syslog {
namespace {

// An unfinished message of up to so many bytes is read on in the owner's scratch, in front of what
// comes; a longer one where it is.
constexpr size_t kSmallPartial = size_t{16} << 10;
constexpr const char* kNoLength = "no length stands where octet counting needs one";
constexpr size_t kReadBytes = size_t{64} << 10;
// What Finish still reads: senders do not know that the end has come.
constexpr int kLastReads = 64;

// A peer that vanished would hold its place for ever.
void KeepAlive(int fd) {
  const int on = 1;
  if (fd >= 0) (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

}  // namespace

StreamConnection::StreamConnection(std::unique_ptr<Stream> stream, const SyslogInputConfig& config,
                                   ConnectionOwner& owner)
    : stream_(std::move(stream)),
      owner_(owner),
      framer_(config.framing, config.max_message_size.bytes, config.oversize),
      last_read_(owner.Now()) {}

StreamConnection::~StreamConnection() { owner_.PartialChanged(partial_.size(), 0); }

void StreamConnection::Start() {
  KeepAlive(stream_->fd());
  stream_->OnReady([this](Interest) { Ready(); });
  UpdateInterest();
}

void StreamConnection::UpdateInterest() {
  stream_->SetInterest(owner_.MayRead(*this) ? Interest::kRead : Interest::kNone);
}

void StreamConnection::Ready() {
  if (!owner_.MayRead(*this)) return UpdateInterest();
  const State state = ReadOnce();
  if (state == State::kEnded) TakeLast("the sender closed the connection inside a message");
  owner_.Flush();
  if (state == State::kEnded) owner_.Closed(*this);
}

StreamConnection::State StreamConnection::ReadOnce() {
  owner_.sink().Begin(stream_->peer());
  const bool in_partial = partial_.size() > kSmallPartial;
  std::span<std::byte> to;
  if (in_partial) {
    to = {partial_.Tail(kReadBytes), kReadBytes};
  } else {
    const std::span<std::byte> scratch = owner_.scratch();
    if (!partial_.empty()) std::memcpy(scratch.data(), partial_.data(), partial_.size());
    to = scratch.subspan(partial_.size());
  }
  const IoResult read = stream_->Read(to);
  if (read.outcome == IoResult::Outcome::kAgain) return State::kIdle;
  if (read.outcome == IoResult::Outcome::kEnd) return State::kEnded;
  last_read_ = owner_.Now();
  if (in_partial) {
    const size_t before = partial_.size();
    partial_.Advance(read.bytes);
    owner_.PartialChanged(before, partial_.size());
    Take(partial_.text(), true);
  } else {
    Take(AsText({to.data() - partial_.size(), partial_.size() + read.bytes}), false);
  }
  return broken_ ? State::kEnded : State::kOpen;
}

void StreamConnection::Take(std::string_view data, bool in_partial) {
  const std::string_view all = data;
  if (!looked_at_first_) {
    const FirstBytes first = LookAtFirstBytes(AsBytes(data));
    if (first == FirstBytes::kMore) return Keep(data, in_partial);
    looked_at_first_ = true;
    if (first != FirstBytes::kUnknown) {
      owner_.Broken(*this, WhyWrongProtocol(first));
      broken_ = true;
      return Keep({}, in_partial);
    }
  }
  const bool whole = TakeFrames(data);
  if (!whole) return Keep({}, in_partial);
  if (data.size() != all.size()) partial_since_ = last_read_;
  Keep(data, in_partial);
}

// False: the connection is of no use any more.
bool StreamConnection::TakeFrames(std::string_view& data) {
  MessageSink& sink = owner_.sink();
  for (;;) {
    const SyslogFramer::Frame frame = framer_.Next(data);
    switch (frame.kind) {
      case SyslogFramer::Kind::kMore:
        return true;
      case SyslogFramer::Kind::kMessage:
        sink.Add(frame.text);
        if (sink.full()) owner_.Flush();
        break;
      case SyslogFramer::Kind::kCut:
        sink.AddCut(frame.text);
        break;
      case SyslogFramer::Kind::kTooLong:
        sink.AddTooLong();
        break;
      case SyslogFramer::Kind::kIncomplete:
      case SyslogFramer::Kind::kBroken:
        sink.AddError(frame.text, kNoLength);
        owner_.Broken(*this, kNoLength);
        broken_ = true;
        return false;
    }
  }
}

// Keeps what is unfinished; it may lie in partial_ itself, at its end.
void StreamConnection::Keep(std::string_view rest, bool in_partial) {
  const size_t before = partial_.size();
  if (before == 0 && !rest.empty()) partial_since_ = last_read_;
  if (in_partial) {
    if (before > rest.size()) partial_.Consume(before - rest.size());
  } else {
    partial_.Clear();
    partial_.Append(rest);
  }
  if (partial_.empty()) partial_.Release();
  if (before != partial_.size()) owner_.PartialChanged(before, partial_.size());
}

void StreamConnection::TakeLast(const char* reason) {
  if (broken_) return;
  const SyslogFramer::Frame frame = framer_.Last(partial_.text());
  if (frame.kind == SyslogFramer::Kind::kMessage) owner_.sink().Add(frame.text);
  if (frame.kind == SyslogFramer::Kind::kIncomplete) owner_.sink().AddError(frame.text, reason);
  Keep({}, true);
}

void StreamConnection::Finish(const char* reason) {
  for (int i = 0; i < kLastReads && ReadOnce() == State::kOpen; ++i) {
  }
  GiveUp(reason);
}

void StreamConnection::GiveUp(const char* reason) {
  owner_.sink().Begin(stream_->peer());
  TakeLast(reason);
}

}  // namespace andon::syslog
