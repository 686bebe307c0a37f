#include "inputs/syslog/syslog_input.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/plugin/registry.h"

namespace andon::syslog {
namespace {

// Of one read; the kernel touches what it fills.
constexpr size_t kScratchBytes = size_t{256} << 10;
constexpr int kMostCutOffs = 256;  // At once.

// Tells the message that a connection is in from its others.
uint64_t MessageOf(const StreamConnection& connection) {
  return static_cast<uint64_t>(connection.partial_since().time_since_epoch().count());
}

}  // namespace

SyslogInput::~SyslogInput() { stopped_ = true; }

Status SyslogInput::Prepare(InputContext& context) {
  context_ = &context;
  sink_ = std::make_unique<MessageSink>(config_, context);
  const MetricScope& metrics = context.metrics;
  connections_gauge_ = &metrics.GetGauge("andon_syslog_connections", "connections that are open");
  refused_connections_ =
      &metrics.GetCounter("andon_syslog_refused_connections_total",
                          "connections that were closed at once because max_connections were open");
  broken_connections_ = &metrics.GetCounter(
      "andon_syslog_broken_connections_total",
      "connections that were closed because octet counting lost its count, or they "
      "spoke another protocol");
  cut_off_connections_ = &metrics.GetCounter(
      "andon_syslog_cut_off_connections_total",
      "connections that were closed because they were silent, or too slow while others waited for "
      "memory");
  for (const Address& address : config_.addresses) {
    const bool is_stream =
        address.kind == Address::Kind::kTcp || address.kind == Address::Kind::kUnix;
    const bool is_local =
        address.kind == Address::Kind::kUnix || address.kind == Address::Kind::kUnixDatagram;
    if (is_local && context.worker > 0) continue;
    const Status status = is_stream ? ListenOn(address) : BindTo(address);
    if (!status.ok()) return status.WithSubject(context.id);
  }
  return OkStatus();
}

Status SyslogInput::ListenOn(const Address& address) {
  ListenOptions options;
  options.address = address;
  if (address.kind == Address::Kind::kTcp) {
    options.tls = config_.tls;
    options.reuse_port = context_->workers > 1;
  }
  ASSIGN_OR_RETURN(auto listener,
                   context_->network.Listen(options, [this](std::unique_ptr<Stream> stream) {
                     Accept(std::move(stream));
                   }));
  listener->Pause();
  listeners_.push_back(std::move(listener));
  return OkStatus();
}

Status SyslogInput::BindTo(const Address& address) {
  DatagramOptions options;
  options.address = address;
  options.receive_buffer_bytes = config_.receive_buffer.bytes;
  options.max_datagram_bytes =
      std::min<size_t>(config_.max_message_size.bytes, options.max_datagram_bytes);
  options.reuse_port = context_->workers > 1 && address.kind == Address::Kind::kUdp;
  const size_t index = sockets_.size();
  ASSIGN_OR_RETURN(auto socket, context_->network.Bind(
                                    options, [this, index](std::span<const Datagram> datagrams) {
                                      Receive(*sockets_[index], datagrams);
                                    }));
  socket->Pause();
  sockets_.push_back(std::move(socket));
  return OkStatus();
}

void SyslogInput::Start(Emitter& emitter) {
  emitter_ = &emitter;
  TendLater();
  Resume();
}

void SyslogInput::Pause() {
  if (paused_) return;
  paused_ = true;
  for (auto& listener : listeners_) listener->Pause();
  for (auto& socket : sockets_) socket->Pause();
  UpdateAll();
}

void SyslogInput::Resume() {
  if (!paused_ || stopped_ || emitter_ == nullptr) return;
  paused_ = false;
  for (auto& listener : listeners_) listener->Resume();
  for (auto& socket : sockets_) socket->Resume();
  UpdateAll();
}

void SyslogInput::Stop(UniqueFunction<void()> done) {
  const bool full = paused_;
  Pause();
  stopped_ = true;
  tend_.reset();
  constexpr const char* kReason = "andon stopped inside the message";
  for (auto& connection : connections_) {
    full ? connection->GiveUp(kReason) : connection->Finish(kReason);
    if (emitter_ != nullptr) Flush();
  }
  connections_.clear();
  for (auto& socket : sockets_) CountDrops(*socket);
  // Closed now, or with those who listen there from now on: acks may keep this one for longer.
  listeners_.clear();
  sockets_.clear();
  CountConnections();
  emitter_ = nullptr;
  done();
}

void SyslogInput::Accept(std::unique_ptr<Stream> stream) {
  if (stopped_) return;
  if (connections_.size() >= config_.max_connections) {
    refused_connections_->Add();
    LogWarn(context_->id, "max_connections are open, another one is closed",
            {{"sender", stream->peer()}, {"max_connections", config_.max_connections}});
    return;
  }
  connections_.push_back(std::make_unique<StreamConnection>(std::move(stream), config_,
                                                            static_cast<ConnectionOwner&>(*this)));
  CountConnections();
  connections_.back()->Start();
}

void SyslogInput::Receive(DatagramSocket& socket, std::span<const Datagram> datagrams) {
  if (emitter_ == nullptr) return;
  for (const Datagram& datagram : datagrams) Take(datagram);
  CountDrops(socket);
  Flush();
}

void SyslogInput::Take(const Datagram& datagram) {
  sink_->Begin(datagram.peer);
  if (!datagram.truncated) {
    sink_->Add(AsText(datagram.bytes));
  } else if (config_.oversize == Oversize::kCut) {
    sink_->AddCut(AsText(datagram.bytes));
  } else {
    sink_->AddTooLong();
  }
}

void SyslogInput::CountDrops(DatagramSocket& socket) {
  const uint64_t drops = socket.TakeDrops();
  if (drops == 0) return;
  context_->ledger.Received(drops);
  context_->ledger.Dropped("kernel", drops);
  LogWarn(context_->id, "the kernel dropped datagrams: the receive buffer was full",
          {{"socket", socket.address().ToString()}, {"dropped", drops}});
}

void SyslogInput::CountConnections() {
  connections_gauge_->Set(static_cast<double>(connections_.size()));
}

void SyslogInput::UpdateAll() {
  for (auto& connection : connections_) connection->UpdateInterest();
}

MonotonicTime SyslogInput::Now() const { return context_->loop.Now(); }

std::span<std::byte> SyslogInput::scratch() {
  return {scratch_.Tail(kScratchBytes), kScratchBytes};
}

bool SyslogInput::MayRead(const StreamConnection& connection) const {
  if (paused_ || oldest_ == nullptr || oldest_ == &connection) return !paused_;
  // Whole messages need no memory: who is between two goes on, unless many leave some there.
  return connection.partial_bytes() == 0 && partial_bytes_ / 2 < config_.receive_memory.bytes;
}

void SyslogInput::PartialChanged(size_t before, size_t after) {
  partial_bytes_ += after - before;
  if (stopped_) return;
  const bool used_up = partial_bytes_ > config_.receive_memory.bytes;
  if (used_up || oldest_ != nullptr) ChooseOldest();
}

void SyslogInput::ChooseOldest() {
  StreamConnection* oldest = nullptr;
  if (partial_bytes_ > config_.receive_memory.bytes) {
    for (const auto& connection : connections_) {
      if (connection->partial_bytes() == 0) continue;
      if (oldest == nullptr || connection->partial_since() < oldest->partial_since()) {
        oldest = connection.get();
      }
    }
  }
  if (oldest == oldest_) return;
  if (oldest == nullptr) {
    enough_since_ = Now();
  } else if (oldest_ == nullptr && Now() - enough_since_ >= ProgressWatch::kLongestLimit) {
    watch_.RestoreLimit();
  }
  oldest_ = oldest;
  if (oldest_ != nullptr) watch_.Begin(MessageOf(*oldest_), oldest_->partial_bytes(), Now());
  UpdateAll();
  TendLater();
}

// True when the oldest has done too little for too long.
bool SyslogInput::IsStalled() {
  if (paused_) watch_.Forget();
  return watch_.IsStalled(MessageOf(*oldest_), oldest_->partial_bytes(), Now());
}

// What it sent while nobody read is there to be read now: who holds memory and has been silent all
// the time is not waited for once more when its turn comes.
void SyslogInput::AskOldest() {
  const StreamConnection* const asked = oldest_;
  if (asked == nullptr || paused_) return;
  oldest_->ReadNow();
  if (oldest_ != asked) return;
  watch_.Begin(MessageOf(*oldest_), oldest_->partial_bytes(), oldest_->last_read());
}

void SyslogInput::TendLater() {
  if (oldest_ == nullptr && config_.idle_timeout == Duration::zero()) {
    tend_.reset();
    return;
  }
  const Duration idle = std::max<Duration>(config_.idle_timeout / 4, std::chrono::seconds(1));
  tend_ = context_->loop.After(oldest_ != nullptr ? ProgressWatch::kInterval : idle,
                               [this] { Tend(); });
}

void SyslogInput::Tend() {
  const MonotonicTime now = Now();
  for (int i = 0; i < kMostCutOffs && oldest_ != nullptr && IsStalled(); ++i) {
    StreamConnection& stalled = *oldest_;
    watch_.ShortenLimit();
    CutOff(stalled, "the sender brought too little while others waited for receive_memory");
    AskOldest();
  }
  const bool watches_idle = config_.idle_timeout > Duration::zero() && !paused_;
  for (auto next = connections_.begin(); next != connections_.end();) {
    StreamConnection& connection = **next++;
    const Duration silent = now - connection.last_read();
    if (watches_idle && oldest_ == nullptr && silent >= config_.idle_timeout) {
      CutOff(connection, "the sender was silent for idle_timeout inside a message");
    }
  }
  TendLater();
}

void SyslogInput::CutOff(StreamConnection& connection, const char* reason) {
  cut_off_connections_->Add();
  LogWarn(context_->id, "a connection was closed",
          {{"sender", connection.peer()}, {"reason", reason}});
  connection.GiveUp(reason);
  Flush();
  Closed(connection);
}

void SyslogInput::Broken(const StreamConnection& connection, const char* reason) {
  broken_connections_->Add();
  LogWarn(context_->id, "a connection was closed",
          {{"sender", connection.peer()}, {"reason", reason}});
}

void SyslogInput::Closed(StreamConnection& connection) {
  const auto at = std::find_if(connections_.begin(), connections_.end(),
                               [&connection](const auto& c) { return c.get() == &connection; });
  if (at == connections_.end()) return;
  const std::unique_ptr<StreamConnection> gone = std::move(*at);
  connections_.erase(at);
  CountConnections();
}

namespace {

const Register<Input, SyslogInput> kSyslog(
    "syslog", "syslog messages over UDP, TCP, TLS and unix sockets; RFC 3164 and RFC 5424");

}  // namespace
}  // namespace andon::syslog
