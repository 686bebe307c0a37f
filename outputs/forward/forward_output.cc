#include "outputs/forward/forward_output.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/plugin/registry.h"
#include "outputs/forward/server_order.h"

namespace andon::forward {
namespace {

constexpr int kInFlight = 4;
constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr Duration kStopLimit = std::chrono::seconds(10);

ForwardOutputConfig WithHostname(ForwardOutputConfig config, const std::string& hostname) {
  for (ServerConfig& server : config.servers) {
    if (server.credentials.self_hostname.empty()) server.credentials.self_hostname = hostname;
  }
  return config;
}

}  // namespace

ForwardOutput::ForwardOutput(Config config)
    : config_(std::move(config)), self_(std::make_shared<ForwardOutput*>(this)) {}

ForwardOutput::~ForwardOutput() { *self_ = nullptr; }

Result<OutputLimits> ForwardOutput::Prepare(OutputContext& context) {
  context_ = &context;
  if (config_.tls.enabled) {
    RETURN_IF_ERROR(context.network.CheckTls(config_.tls).WithSubject(context.id));
  }
  saved_note_ = context.note;
  config_ = WithHostname(std::move(config_), context.hostname);
  std::vector<Candidate> candidates;
  for (const ServerConfig& server : config_.servers) {
    candidates.push_back({server.name, server.weight, server.standby});
  }
  const std::string who = context.hostname + '\n' + context.data_dir + '\n' + context.id;
  for (const size_t index : PreferredOrder(who, candidates)) {
    const ServerConfig& server = config_.servers[index];
    const Labels labels = {{"server", server.name}};
    servers_.push_back(std::make_unique<Server>(Server{
        server,
        std::make_unique<ServerLink>(
            server, config_,
            ServerLink::Parts{context.id, context.loop, context.network, context.random, *this}),
        {},
        {},
        false,
        0,
        context.metrics.GetGauge("andon_forward_server_up", "1 while it is connected", labels),
        context.metrics.GetGauge("andon_forward_peer_once",
                                 "1 when the server stores a repeat only once", labels),
        context.metrics.GetGauge("andon_forward_in_doubt_events",
                                 "events that the server may have, or not", labels)}));
  }
  doubled_ = &context.metrics.GetCounter(
      "andon_forward_possibly_doubled_events_total",
      "events that were sent again though a server may have stored them already");
  changes_ = &context.metrics.GetCounter("andon_forward_server_changes_total",
                                         "how often another server came into use");
  builder_ = std::make_unique<MessageBuilder>(
      MessageOptions{context.id, config_.compress, config_.require_ack}, context.random);
  RETURN_IF_ERROR(Recover().WithSubject(context.id));
  RETURN_IF_ERROR(PrepareHeartbeats().WithSubject(context.id));
  OutputLimits limits;
  limits.bytes = kChunkBytes;
  limits.in_flight = kInFlight;
  return limits;
}

Status ForwardOutput::PrepareHeartbeats() {
  if (config_.heartbeat != Heartbeat::kUdp) return OkStatus();
  heartbeats_ = std::make_unique<Heartbeats>(context_->loop, context_->network,
                                             config_.heartbeat_interval, config_.heartbeat_timeout);
  for (const auto& server : servers_) {
    const bool ipv6 = server->config.address.host.find(':') != std::string::npos;
    RETURN_IF_ERROR(heartbeats_->Add(ipv6).status());
  }
  return OkStatus();
}

void ForwardOutput::Start() {
  if (heartbeats_ != nullptr) heartbeats_->Start([this] { OnBeat(); });
}

void ForwardOutput::OnBeat() {
  for (size_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i]->link->ready() && !heartbeats_->alive(i)) {
      servers_[i]->link->GiveUp(Unavailable("the server answers no heartbeat"));
    }
  }
  Probe();
}

bool ForwardOutput::Usable(const Server& server) const {
  if (!server.link->down()) return true;
  return context_->loop.Now() >= server.link->retry_at();
}

bool ForwardOutput::AnyUsable() const {
  return std::any_of(servers_.begin(), servers_.end(),
                     [this](const auto& server) { return Usable(*server); });
}

// Who gets new data: the most preferred that is connected, else that is being connected to, else
// that may be; of these, who failed lately comes last.
ForwardOutput::Server* ForwardOutput::Choose() {
  const bool active_is_ready = active_ != nullptr && active_->link->ready();
  const auto first = [this](const auto& matches) -> Server* {
    const auto found = std::ranges::find_if(servers_, matches, &std::unique_ptr<Server>::operator*);
    return found == servers_.end() ? nullptr : found->get();
  };
  Server* chosen = first([&](const Server& server) {
    const bool waits = &server != active_ && active_is_ready && server.link->on_probation();
    return server.link->ready() && !waits;
  });
  if (chosen != nullptr) return chosen;
  chosen = first([](const Server& server) { return server.link->connecting(); });
  if (chosen != nullptr) return chosen;
  chosen =
      first([this](const Server& server) { return Usable(server) && !server.link->failing(); });
  if (chosen != nullptr) return chosen;
  return first([this](const Server& server) { return Usable(server); });
}

void ForwardOutput::Use(Server& server) {
  if (server.link->down()) server.link->Connect();
  if (active_ == &server) return;
  if (active_ != nullptr) {
    active_->book.DropReservations();
    changes_->Add();
    LogInfo(context_->id, "another server is in use", {{"server", server.config.name}});
  }
  active_ = &server;
  Probe();
}

void ForwardOutput::Probe(OutputContext& context,
                          UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  config_ = WithHostname(std::move(config_), context.hostname);
  prober_ = std::make_unique<Prober>(config_, context);
  prober_->Run(std::move(done));
}

void ForwardOutput::Write(Chunk chunk, WriteDone done) {
  for (const auto& server : servers_) {
    server->book.Settled(chunk.lane(), chunk.settled());
    if (server->shown_doubts > 0) ShowDoubts(*server);
  }
  for (auto& [name, book] : gone_) book.Settled(chunk.lane(), chunk.settled());
  const uint64_t id = ++last_job_;
  Job& job = jobs_[id];
  job.done = std::move(done);
  job.open = 1;  // This call.
  if (stopping_) {
    job.failure = "the output stops";
    for (const Piece& piece : chunk.pieces()) {
      job.again.push_back({piece.first, piece.first + piece.count - 1});
    }
  } else {
    for (const Route& route : Plan(chunk)) Dispatch(route, chunk, id);
  }
  Settle(id);
}

void ForwardOutput::Dispatch(const Route& route, const Chunk& chunk, uint64_t id) {
  Job& job = jobs_[id];
  if (route.server == nullptr || route.server->link->down()) {
    job.again.insert(job.again.end(), route.ranges.begin(), route.ranges.end());
    job.failure = route.server == nullptr ? "no server can be reached"
                                          : route.server->config.name + ": it cannot be reached";
    return;
  }
  std::vector<std::unique_ptr<OutMessage>> messages;
  const Chunk part = chunk.Only(route.ranges);
  if (const Status built = builder_->Build(part, messages); !built.ok()) {
    job.again.insert(job.again.end(), route.ranges.begin(), route.ranges.end());
    job.failure = built.message();
    return;
  }
  job.open += messages.size();
  for (auto& message : messages) {
    message->job = id;
    Submit(*route.server, std::move(message));
  }
}

// Sends when the note that says so is durable.
void ForwardOutput::Submit(Server& server, std::unique_ptr<OutMessage> message) {
  SentBook& book = server.book;
  const bool needs_note = config_.require_ack && server.link->once() != false;
  if (!needs_note || IsNoted(server, *message)) {
    Transmit(server, std::move(message));
    return;
  }
  bool reserved = true;
  for (const Range& range : message->ranges) {
    reserved = reserved && book.Reserved(message->lane, range);
  }
  if (!reserved) Reserve(server, *message);
  held_.push_back({&server, std::move(message)});
  if (!reserved || !saving_) SaveNote();
}

void ForwardOutput::Transmit(Server& server, std::unique_ptr<OutMessage> message) {
  if (server.link->down()) {
    Fail(*message, server.config.name + ": it cannot be reached");
    return;
  }
  server.book.Sent(message->lane, message->ranges);
  server.link->Send(std::move(message));
}

ForwardOutput::Server& ForwardOutput::ServerOf(const ServerLink& link) {
  const auto at = std::find_if(servers_.begin(), servers_.end(),
                               [&](const auto& server) { return server->link.get() == &link; });
  CHECK(at != servers_.end());
  return **at;
}

// Connects in the background to servers that would be preferred to the one in use.
void ForwardOutput::Probe() {
  probe_timer_.reset();
  if (config_.heartbeat == Heartbeat::kNone || stopping_) return;
  std::optional<MonotonicTime> next;
  const MonotonicTime now = context_->loop.Now();
  for (size_t i = 0; i < servers_.size() && servers_[i].get() != active_; ++i) {
    ServerLink& link = *servers_[i]->link;
    if (!link.down() || active_ == nullptr) continue;
    if (now >= link.retry_at()) {
      link.Connect();
    } else if (!next.has_value() || link.retry_at() < *next) {
      next = link.retry_at();
    }
  }
  if (next.has_value()) probe_timer_ = context_->loop.After(*next - now, [this] { Probe(); });
}

void ForwardOutput::LaneClosed(const LaneId& lane) {
  for (const auto& server : servers_) {
    const bool knows_it = server->book.Find(lane) != nullptr;
    server->book.Closed(lane);
    if (!knows_it || server->link->once() == false || !config_.require_ack) continue;
    server->closing.push_back(lane);
    AnnounceClosed(*server);
  }
  for (auto& [name, book] : gone_) book.Closed(lane);
  std::erase_if(gone_, [](const auto& gone) { return gone.second.lanes().empty(); });
}

void ForwardOutput::AnnounceClosed(Server& server) {
  const bool once = server.link->once().value_or(false);
  if (server.closing.empty() || server.announcing || !once || !server.link->ready()) return;
  server.announcing = true;
  server.link->Send(builder_->BuildClosed(server.closing));
}

void ForwardOutput::Stop(UniqueFunction<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  probe_timer_.reset();
  heartbeats_.reset();
  if (jobs_.empty()) {
    Stopped();
    return;
  }
  stop_timer_ = context_->loop.After(kStopLimit, [this] {
    for (const auto& server : servers_) server->link->GiveUp(Unavailable("the output stops"));
  });
}

// Every Write has been answered. What is not true any more need not be in the note.
void ForwardOutput::Stopped() {
  if (finishing_) return;
  finishing_ = true;
  stop_timer_.reset();
  if (active_ != nullptr) active_->book.DropReservations();
  if (saving_ || (config_.require_ack && CurrentNote().Encode() != saved_note_)) {
    SaveNote();
  } else {
    FinishStop();
  }
}

void ForwardOutput::FinishStop() {
  for (const auto& server : servers_) server->link->CloseIdle();
  if (stopped_) std::exchange(stopped_, nullptr)();
}

const Register<Output, ForwardOutput> kForwardOutput(
    "forward", "sends to andon, fluentd or fluent-bit over the Forward protocol");

}  // namespace andon::forward
