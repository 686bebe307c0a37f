#include "outputs/forward/server_link.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"

namespace andon::forward {
namespace {

constexpr size_t kMaxPieces = 64;  // That one Stream::Write looks at.
constexpr Duration kFirstWait = std::chrono::seconds(1);
constexpr Duration kProbation = std::chrono::seconds(10);

std::string Salt(Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string salt;
  for (int word = 0; word < 2; ++word) {
    for (uint64_t bits = random.Next(), i = 0; i < 16; ++i, bits >>= 4) salt += kDigits[bits & 15];
  }
  return salt;
}

}  // namespace

ServerLink::ServerLink(const ServerConfig& server, const ForwardOutputConfig& config, Parts parts)
    : server_(server), config_(config), parts_(std::move(parts)) {}

ServerLink::~ServerLink() = default;

bool ServerLink::on_probation() const {
  return failures_ > 0 && parts_.loop.Now() - ready_since_ < kProbation;
}

void ServerLink::Connect() {
  CHECK(state_ == State::kDown);
  state_ = State::kConnecting;
  ConnectOptions options;
  options.address = server_.address;
  options.tls = config_.tls;
  options.timeout = config_.connect_timeout;
  connecting_ = parts_.network.Connect(
      options, [this](Result<std::unique_ptr<Stream>> result) { OnConnected(std::move(result)); });
}

void ServerLink::OnConnected(Result<std::unique_ptr<Stream>> result) {
  connecting_.reset();
  if (!result.ok()) {
    Lose(result.status());
    return;
  }
  stream_ = *std::move(result);
  stream_->OnReady([this](Interest what) { OnStreamReady(what); });
  interest_ = Interest::kNone;
  progress_at_ = parts_.loop.Now();
  if (server_.credentials.shared_key.empty()) {
    BecomeReady();
    return;
  }
  state_ = State::kHandshake;
  handshake_ = std::make_unique<ClientHandshake>(server_.credentials, Salt(parts_.random));
  UpdateInterest();
  Watch();
}

void ServerLink::BecomeReady() {
  state_ = State::kReady;
  ready_since_ = progress_at_ = parts_.loop.Now();
  UpdateInterest();
  Write();
  if (state_ != State::kReady) return;
  Watch();
  parts_.owner.OnReady(*this);
}

void ServerLink::Send(std::unique_ptr<OutMessage> message) {
  CHECK(state_ != State::kDown);
  idle_timer_.reset();
  const bool stands = queue_.empty();
  queue_.push_back(std::move(message));
  if (state_ != State::kReady || !stands) return;
  progress_at_ = parts_.loop.Now();
  // Others may be about to be sent: they go in the same write.
  UpdateInterest();
  Watch();
}

void ServerLink::UpdateInterest() {
  if (stream_ == nullptr) return;
  const bool write = !greeting_.empty() || (state_ == State::kReady && !queue_.empty());
  const Interest what = write ? Interest::kReadWrite : Interest::kRead;
  if (what == interest_) return;
  interest_ = what;
  stream_->SetInterest(what);
}

void ServerLink::OnStreamReady(Interest what) {
  if (Has(what, Interest::kRead)) Read();
  if (stream_ != nullptr && Has(what, Interest::kWrite)) Write();
}

// What is to be written now: the greeting, and nothing else with it, or the front of the queue.
void ServerLink::GatherPieces() {
  pieces_.clear();
  if (!greeting_.empty()) {
    pieces_.push_back(greeting_.bytes());
    return;
  }
  if (state_ != State::kReady) return;
  for (const auto& message : queue_) {
    if (pieces_.size() >= kMaxPieces) return;
    message->AppendRest(pieces_);
  }
}

void ServerLink::Write() {
  while (stream_ != nullptr) {
    GatherPieces();
    if (pieces_.empty()) break;
    const IoResult io =
        stream_->Write(std::span<const Bytes>(pieces_).first(std::min(pieces_.size(), kMaxPieces)));
    if (io.outcome == IoResult::Outcome::kAgain) break;
    if (io.outcome == IoResult::Outcome::kEnd) {
      Lose(io.error.ok() ? Unavailable("the server closed the connection") : io.error);
      return;
    }
    progress_at_ = parts_.loop.Now();
    Advance(io.bytes);
  }
  UpdateInterest();
  WatchIdle();
}

void ServerLink::Advance(size_t bytes) {
  if (!greeting_.empty()) {
    greeting_.Consume(bytes);
    return;
  }
  while (bytes > 0) {
    OutMessage& message = *queue_.front();
    const size_t taken = std::min(bytes, message.size - message.written);
    message.written += taken;
    bytes -= taken;
    if (!message.sent()) return;
    std::unique_ptr<OutMessage> done = std::move(queue_.front());
    queue_.pop_front();
    done->sent_at = parts_.loop.Now();
    used_ = true;
    if (done->id.empty()) {
      failures_ = 0;
      parts_.owner.OnDelivered(*this, std::move(done));
      continue;
    }
    awaiting_by_id_.emplace(done->id, ++written_messages_);
    awaiting_.emplace(written_messages_, std::move(done));
  }
}

std::optional<MonotonicTime> ServerLink::Deadline() const {
  if (state_ == State::kHandshake) return progress_at_ + config_.connect_timeout;
  if (state_ != State::kReady) return std::nullopt;
  std::optional<MonotonicTime> oldest;
  if (!queue_.empty()) oldest = progress_at_;
  if (!awaiting_.empty()) {
    const MonotonicTime sent = awaiting_.begin()->second->sent_at;
    oldest = oldest.has_value() ? std::min(*oldest, sent) : sent;
  }
  if (oldest.has_value()) *oldest += config_.ack_timeout;
  return oldest;
}

// One timer for all that is under way, set again only when it fires.
void ServerLink::Watch() {
  if (deadline_timer_ != nullptr) return;
  const auto deadline = Deadline();
  if (!deadline.has_value()) return;
  deadline_timer_ = parts_.loop.After(std::max(*deadline - parts_.loop.Now(), Duration::zero()),
                                      [this] { OnDeadline(); });
}

void ServerLink::OnDeadline() {
  deadline_timer_.reset();
  const auto deadline = Deadline();
  if (!deadline.has_value()) return;
  if (*deadline > parts_.loop.Now()) {
    Watch();
  } else if (state_ == State::kHandshake) {
    Lose(Unavailable("the server did not finish the handshake: does it have a shared_key?"));
  } else {
    Lose(Unavailable("the server acknowledged nothing within ack_timeout"));
  }
}

void ServerLink::WatchIdle() {
  if (!ready() || unanswered() > 0) return;
  if (!config_.keepalive) {
    // After this callback: more may be about to be sent.
    if (idle_timer_ == nullptr && used_) {
      idle_timer_ = parts_.loop.After(Duration::zero(), [this] { CloseIdle(); });
    }
  } else if (config_.keepalive_timeout > Duration::zero()) {
    idle_timer_ = parts_.loop.After(config_.keepalive_timeout, [this] { CloseIdle(); });
  }
}

void ServerLink::CloseIdle() {
  idle_timer_.reset();
  if (unanswered() == 0 && state_ != State::kDown) Lose(OkStatus());
}

void ServerLink::GiveUp(const Status& why) {
  if (state_ != State::kDown) Lose(why);
}

void ServerLink::Lose(const Status& why) {
  state_ = State::kDown;
  connecting_.reset();
  stream_.reset();
  handshake_.reset();
  deadline_timer_.reset();
  idle_timer_.reset();
  greeting_.Release();
  received_.Release();
  scanner_.Reset();
  scanned_ = 0;
  written_messages_ = 0;
  used_ = false;
  const MonotonicTime now = parts_.loop.Now();
  retry_at_ = now;
  if (!why.ok()) {
    ++failures_;
    Duration wait = kFirstWait;
    for (int i = 1; i < failures_ && wait < config_.recover_wait; ++i) wait *= 2;
    wait = std::min(wait, config_.recover_wait);
    // Between a half and all of it: collectors do not come back all at once.
    const auto half = static_cast<uint64_t>(wait.count() / 2);
    retry_at_ += Duration(static_cast<int64_t>(half + parts_.random.Below(half + 1)));
  }
  std::vector<std::unique_ptr<OutMessage>> unfinished;
  for (auto& [number, message] : awaiting_) unfinished.push_back(std::move(message));
  for (auto& message : queue_) unfinished.push_back(std::move(message));
  awaiting_.clear();
  awaiting_by_id_.clear();
  queue_.clear();
  parts_.owner.OnLost(*this, why, std::move(unfinished));
}

}  // namespace andon::forward
