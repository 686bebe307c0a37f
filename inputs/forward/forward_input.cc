#include "inputs/forward/forward_input.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/plugin/registry.h"

namespace andon::forward {
namespace {

constexpr Duration kTendInterval = std::chrono::minutes(10);  // Dead lanes.

IntakeOptions OptionsOf(const ForwardInputConfig& config) {
  IntakeOptions options;
  options.unpacked_limit_bytes = config.unpacked_size_limit.bytes;
  options.held_limit_bytes = config.chunk_size_limit.bytes;
  options.repeat_window = config.repeat_window;
  options.lane_expiry = config.lane_expiry;
  return options;
}

DecoderLimits LimitsOf(const ForwardInputConfig& config) {
  DecoderLimits limits;
  limits.message_bytes = config.chunk_size_limit.bytes;
  limits.part_bytes = std::min(limits.part_bytes, limits.message_bytes / 4);
  return limits;
}

}  // namespace

struct ForwardInput::Running {
  Running(ForwardInput& owner, InputContext& context)
      : loop(context.loop),
        network(context.network),
        intake(OptionsOf(owner.config_), context),
        budget(owner.config_.receive_memory.bytes),
        worker{context.id,
               context.loop,
               context.random,
               intake,
               budget,
               buffers,
               acks,
               json,
               owner.authenticator_,
               owner,
               intake.capability(),
               LimitsOf(owner.config_),
               context.metrics.GetCounter("andon_forward_stray_values_total",
                                          "msgpack values that were no messages"),
               context.metrics.GetCounter("andon_forward_broken_connections_total",
                                          "connections that had to be closed"),
               true,
               [&owner](Connection& connection) { owner.Closed(connection); },
               [&owner](Connection& connection) { owner.FlushSoon(connection); },
               [&owner] { owner.TendWithin(ProgressWatch::kInterval); }},
        connections_gauge(
            context.metrics.GetGauge("andon_forward_connections", "connections that are open")),
        refused_connections(context.metrics.GetCounter(
            "andon_forward_refused_connections_total",
            "connections that were closed at once because max_connections were open")),
        alive(std::make_shared<ForwardInput*>(&owner)) {}
  ~Running() { *alive = nullptr; }

  Loop& loop;
  Network& network;
  Intake intake;
  ReceiveBudget budget;
  ReadBuffers buffers;
  AckTable acks;
  JsonMessages json;
  ConnectionWorker worker;
  Gauge& connections_gauge;
  Counter& refused_connections;

  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<DatagramSocket>> heartbeats;
  uint64_t last_id = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections;
  std::vector<uint64_t> with_replies;
  std::unique_ptr<Timer> timer;
  MonotonicTime tend_at{};
  MonotonicTime next_expiry{};
  bool stopped = false;
  std::shared_ptr<ForwardInput*> alive;  // Null once the input is gone: late tasks find nobody.
};

ForwardInput::ForwardInput(Config config)
    : config_(std::move(config)), authenticator_(config_.security) {}

ForwardInput::~ForwardInput() = default;

Status ForwardInput::Prepare(InputContext& context) {
  if (config_.security.self_hostname.empty()) config_.security.self_hostname = context.hostname;
  running_ = std::make_unique<Running>(*this, context);
  return Listen(context).WithSubject(context.id);
}

Status ForwardInput::Listen(InputContext& context) {
  for (const Address& address : config_.addresses) {
    // A unix socket has one queue: the first worker takes it.
    if (address.kind == Address::Kind::kUnix && context.worker > 0) continue;
    RETURN_IF_ERROR(ListenOn(address, context));
  }
  return OkStatus();
}

Status ForwardInput::ListenOn(const Address& address, InputContext& context) {
  ListenOptions options;
  options.address = address;
  options.tls = config_.tls;
  options.reuse_port = context.workers > 1 && address.kind == Address::Kind::kTcp;
  ASSIGN_OR_RETURN(auto listener, context.network.Listen(
                                      options, [this](auto stream) { Accept(std::move(stream)); }));
  listener->Pause();
  const Address bound = listener->address();
  running_->listeners.push_back(std::move(listener));
  const bool answers = config_.heartbeat && bound.kind == Address::Kind::kTcp;
  return answers ? AnswerHeartbeats(bound, context) : OkStatus();
}

Status ForwardInput::AnswerHeartbeats(const Address& address, InputContext& context) {
  if (context.worker > 0) return OkStatus();
  DatagramOptions options;
  options.address = address;
  options.address.kind = Address::Kind::kUdp;
  options.receive_buffer_bytes = size_t{256} << 10;
  options.max_datagram_bytes = 512;
  const size_t index = running_->heartbeats.size();
  ASSIGN_OR_RETURN(auto socket, context.network.Bind(options, [this, index](auto datagrams) {
    const std::byte answer{0};
    for (const Datagram& datagram : datagrams) {
      const auto to = ParseAddress(datagram.peer, Address::Kind::kUdp);
      if (to.ok()) (void)running_->heartbeats[index]->SendTo({&answer, 1}, *to);
    }
  }));
  socket->Pause();
  running_->heartbeats.push_back(std::move(socket));
  return OkStatus();
}

void ForwardInput::Start(Emitter& emitter) {
  Running& run = *running_;
  run.intake.Start(emitter, nobody_);
  run.next_expiry = run.loop.Now() + kTendInterval;
  TendWithin(kTendInterval);
  for (auto& socket : run.heartbeats) socket->Resume();
  Resume();
}

void ForwardInput::Pause() {
  Running& run = *running_;
  if (run.worker.paused) return;
  run.worker.paused = true;
  for (auto& listener : run.listeners) listener->Pause();
  for (auto& [id, connection] : run.connections) connection->UpdateInterest();
}

void ForwardInput::Resume() {
  Running& run = *running_;
  if (run.stopped || !run.worker.paused) return;
  run.worker.paused = false;
  run.budget.Excuse();
  for (auto& listener : run.listeners) listener->Resume();
  for (auto& [id, connection] : run.connections) connection->UpdateInterest();
}

void ForwardInput::Accept(std::unique_ptr<Stream> stream) {
  Running& run = *running_;
  if (run.connections.size() >= config_.max_connections) {
    run.refused_connections.Add();
    LogWarn(run.worker.id, "max_connections are open, another one is closed",
            {{"sender", stream->peer()}, {"max_connections", config_.max_connections}});
    return;
  }
  const uint64_t id = ++run.last_id;
  auto connection = std::make_unique<Connection>(id, std::move(stream), run.worker);
  Connection& started = *connection;
  run.connections.emplace(id, std::move(connection));
  started.Start();
  CountConnections();
}

void ForwardInput::CountConnections() {
  running_->connections_gauge.Set(static_cast<double>(running_->connections.size()));
}

void ForwardInput::Closed(Connection& connection) {
  const auto at = running_->connections.find(connection.id());
  if (at == running_->connections.end()) return;
  // It is in the middle of something.
  running_->loop.Post([gone = std::move(at->second)] {});
  running_->connections.erase(at);
  CountConnections();
}

void ForwardInput::FlushSoon(Connection& connection) {
  Running& run = *running_;
  if (run.with_replies.empty() && !run.stopped) {
    run.loop.Post([alive = run.alive] {
      if (*alive != nullptr) (*alive)->FlushReplies();
    });
  }
  run.with_replies.push_back(connection.id());
}

void ForwardInput::FlushReplies() {
  for (const uint64_t id : std::exchange(running_->with_replies, {})) {
    const auto at = running_->connections.find(id);
    if (at != running_->connections.end()) at->second->Flush();
  }
}

void ForwardInput::OnAck(uint64_t token, Outcome outcome) {
  Running& run = *running_;
  const auto waiting = run.acks.Take(token);
  if (!waiting.has_value()) return;
  const auto at = run.connections.find(waiting->connection);
  if (at == run.connections.end()) return;
  if (outcome == Outcome::kDropped) {
    at->second->ReplyDropped();
    return;
  }
  at->second->Reply(waiting->reply.bytes());
  // Nobody may come back to a loop that is about to end.
  if (run.stopped) FlushReplies();
}

// Looks after what nobody else does: senders that hold memory and do not go on, lanes of senders
// that are gone.
void ForwardInput::Tend() {
  Running& run = *running_;
  const MonotonicTime now = run.loop.Now();
  if (!run.worker.paused) {
    if (auto* stalled = run.budget.TakeStalled(now); stalled != nullptr) {
      static_cast<Connection*>(stalled)->Close(
          "it brought less than 64KiB of a message while others waited for its memory");
      run.budget.Wake();
    }
    if (!run.budget.anybody_waits()) run.budget.BePatient();
  }
  if (now >= run.next_expiry) {
    run.next_expiry = now + kTendInterval;
    run.intake.Expire(nobody_);
  }
  TendWithin(run.budget.anybody_waits() ? ProgressWatch::kInterval : kTendInterval);
}

void ForwardInput::TendWithin(Duration wait) {
  Running& run = *running_;
  const MonotonicTime due = run.loop.Now() + wait;
  if (run.stopped || (run.tend_at > run.loop.Now() && run.tend_at <= due)) return;
  run.tend_at = due;
  run.timer = run.loop.After(wait, [this] { Tend(); });
}

void ForwardInput::Stop(UniqueFunction<void()> done) {
  Running& run = *running_;
  Pause();
  run.stopped = true;
  run.timer.reset();
  run.listeners.clear();
  run.heartbeats.clear();
  std::vector<Connection*> open;
  for (auto& [id, connection] : run.connections) open.push_back(connection.get());
  for (Connection* connection : open) connection->StopReading();
  FlushReplies();
  done();
}

const Register<Input, ForwardInput> kForwardInput(
    "forward", "takes events over the Forward protocol: andon, fluentd, fluent-bit, fluent-logger");

}  // namespace andon::forward
