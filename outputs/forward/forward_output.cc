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
// A note is saved for so many numbers ahead, so that not every chunk waits for one. After a crash
// they are in doubt too.
constexpr Sequence kLeastAhead = 10'000;
constexpr Duration kStopLimit = std::chrono::seconds(10);

uint64_t Events(const std::vector<Range>& ranges) {
  uint64_t events = 0;
  for (const Range& range : ranges) events += range.last - range.first + 1;
  return events;
}

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

Status ForwardOutput::Recover() {
  auto note = DeliveryNote::Decode(context_->note);
  if (!note.ok() && note.status().code() == StatusCode::kRejected) return note.status();
  if (!note.ok()) {
    LogError(context_->id, "what servers may have is not known any more, events may be doubled",
             {{"reason", note.status().message()}});
    return OkStatus();
  }
  const MonotonicTime now = context_->loop.Now();
  for (auto& server : servers_) {
    const auto at = note->servers.find(server->config.name);
    if (at == note->servers.end()) continue;
    server->link->set_once(at->second.once);
    server->once.Set(at->second.once.value_or(false) ? 1 : 0);
    // Who is known to store repeats twice is not worth waiting for.
    server->book.Recover(at->second.may_have, now);
    if (at->second.once == false) server->book.ForgetDoubts();
    ShowDoubts(*server);
    note->servers.erase(at);
  }
  for (const auto& [name, server] : note->servers) {
    if (server.may_have.empty() || server.once == false) continue;
    LogWarn(context_->id, "a server that may have events is not configured any more",
            {{"server", name}});
    gone_[name].Recover(server.may_have, now);
  }
  return OkStatus();
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
  for (const auto& server : servers_) {
    if (!server->link->ready()) continue;
    if (server.get() != active_ && active_is_ready && server->link->on_probation()) continue;
    return server.get();
  }
  for (const auto& server : servers_) {
    if (server->link->connecting()) return server.get();
  }
  for (const bool failing : {false, true}) {
    for (const auto& server : servers_) {
      if (Usable(*server) && server->link->failing() == failing) return server.get();
    }
  }
  return nullptr;
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

// Which server gets what: what one may have goes there again, all else to the one in use.
std::vector<ForwardOutput::Route> ForwardOutput::Plan(const Chunk& chunk) {
  RangeSet rest;
  for (const Piece& piece : chunk.pieces()) {
    rest.Add({piece.first, piece.first + piece.count - 1});
  }
  std::vector<Route> routes;
  Server* chosen = Choose();
  for (const auto& server : servers_) {
    if (server->book.any_doubts(chunk.lane())) PlanDoubts(*server, chosen, chunk, rest, routes);
  }
  for (auto& [name, book] : gone_) {
    SentBook::Lane* lane = book.Find(chunk.lane());
    if (lane == nullptr) continue;
    for (const Range& range : rest.ranges()) CountDoubled(Events(lane->doubts.Common(range)));
  }
  if (!rest.empty()) {
    if (chosen != nullptr) GiveTo(*chosen, chunk.lane(), rest.ranges());
    if (chosen != nullptr) Use(*chosen);
    routes.push_back({chosen, rest.ranges()});
  }
  return routes;
}

// From now on these belong to `server`.
void ForwardOutput::GiveTo(const Server& server, const LaneId& lane,
                           const std::vector<Range>& ranges) {
  for (const auto& other : servers_) {
    if (other.get() != &server) other->book.GivenAway(lane, ranges);
  }
  for (auto& [name, book] : gone_) book.GivenAway(lane, ranges);
}

void ForwardOutput::PlanDoubts(Server& server, Server* chosen, const Chunk& chunk, RangeSet& rest,
                               std::vector<Route>& routes) {
  SentBook::Lane& lane = *server.book.Find(chunk.lane());
  std::vector<Range> doubted;
  for (const Range& range : rest.ranges()) {
    const std::vector<Range> common = lane.doubts.Common(range);
    doubted.insert(doubted.end(), common.begin(), common.end());
  }
  if (doubted.empty()) return;
  const bool expired = context_->loop.Now() - lane.doubted_since >= config_.in_doubt_timeout;
  const bool elsewhere = chosen != nullptr && chosen != &server;
  if (expired && elsewhere) {
    LogWarn(context_->id, "a server that may have events did not come back, they go elsewhere",
            {{"server", server.config.name}, {"events", Events(doubted)}});
    CountDoubled(Events(doubted));
    server.book.GivenAway(chunk.lane(), doubted);
    ShowDoubts(server);
    return;
  }
  for (const Range& range : doubted) rest.Remove(range);
  if (&server == chosen) Use(server);
  if (server.link->down() && Usable(server)) server.link->Connect();
  routes.push_back({&server, std::move(doubted)});
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

// The message's numbers and some more, but none that another server may have.
void ForwardOutput::Reserve(Server& server, const OutMessage& message) {
  const Range range{message.ranges.front().first, message.ranges.back().last};
  const uint64_t ahead = std::max<uint64_t>(kLeastAhead, 2 * (range.last - range.first + 1));
  RangeSet wanted;
  wanted.Add({range.first, range.last + ahead});
  const auto leave_out = [&](const SentBook& other) {
    const auto lane = other.lanes().find(message.lane);
    if (lane == other.lanes().end()) return;
    for (const Range& sent : lane->second.sent.ranges()) wanted.Remove(sent);
  };
  for (const auto& other : servers_) {
    if (other.get() != &server) leave_out(other->book);
  }
  for (const auto& [name, book] : gone_) leave_out(book);
  server.book.Reserve(message.lane, wanted);
}

bool ForwardOutput::IsNoted(Server& server, const OutMessage& message) {
  const SentBook::Lane* lane = server.book.Find(message.lane);
  if (lane == nullptr) return false;
  for (const Range& range : message.ranges) {
    // What it was sent before is in every note since.
    const std::vector<Range> sent = lane->sent.Common(range);
    const bool again = sent.size() == 1 && sent.front() == range;
    if (!again && !server.book.Noted(message.lane, range)) return false;
  }
  return true;
}

void ForwardOutput::Transmit(Server& server, std::unique_ptr<OutMessage> message) {
  if (server.link->down()) {
    Fail(*message, server.config.name + ": it cannot be reached");
    return;
  }
  server.book.Sent(message->lane, message->ranges);
  server.link->Send(std::move(message));
}

void ForwardOutput::SaveNote() {
  if (saving_) {
    save_again_ = true;
    return;
  }
  saving_ = true;
  save_again_ = false;
  DeliveryNote note = CurrentNote();
  std::string text = note.Encode();
  saved_note_ = text;
  context_->save_note(std::move(text),
                      [self = self_, note = std::move(note)](const Status& status) {
                        if (*self != nullptr) (*self)->NoteSaved(note, status);
                      });
}

DeliveryNote ForwardOutput::CurrentNote() const {
  DeliveryNote note;
  if (active_ != nullptr) note.active = active_->config.name;
  for (const auto& server : servers_) {
    note.servers[server->config.name] = {server->link->once(), server->book.MayHave()};
  }
  for (const auto& [name, book] : gone_) note.servers[name] = {std::nullopt, book.MayHave()};
  return note;
}

void ForwardOutput::NoteSaved(const DeliveryNote& note, const Status& status) {
  saving_ = false;
  if (!status.ok()) {
    LogError(context_->id, "the note beside the cursor cannot be saved",
             {{"reason", status.message()}});
    saved_note_.clear();
    for (Held& held : std::exchange(held_, {})) Fail(*held.message, status.message());
  } else {
    for (const auto& server : servers_) {
      const auto at = note.servers.find(server->config.name);
      if (at != note.servers.end()) server->book.ReservationsNoted(at->second.may_have);
    }
    ReleaseHeld();
  }
  if (save_again_) {
    SaveNote();
  } else if (finishing_) {
    FinishStop();
  }
}

void ForwardOutput::ReleaseHeld() {
  for (Held& held : std::exchange(held_, {})) {
    if (IsNoted(*held.server, *held.message)) {
      Transmit(*held.server, std::move(held.message));
    } else if (held.server == active_ && !held.server->link->down()) {
      Submit(*held.server, std::move(held.message));
    } else {
      Fail(*held.message, "another server came into use");
    }
  }
}

void ForwardOutput::Fail(const OutMessage& message, std::string_view why) {
  const auto at = jobs_.find(message.job);
  if (at == jobs_.end()) return;
  Job& job = at->second;
  job.again.insert(job.again.end(), message.ranges.begin(), message.ranges.end());
  job.failure = why;
  Settle(message.job);
}

// One of the job's messages has been answered.
void ForwardOutput::Settle(uint64_t id) {
  const auto at = jobs_.find(id);
  if (at == jobs_.end() || --at->second.open > 0) return;
  Job job = std::move(at->second);
  jobs_.erase(at);
  WriteResult result;
  std::sort(job.again.begin(), job.again.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  // As long as somebody takes new data, only this comes again; else the output is unavailable.
  const bool others = job.delivered || AnyUsable();
  if (!job.again.empty() && !others) result.status = Unavailable(job.failure);
  if (!job.again.empty() && others) result.again = std::move(job.again);
  job.done(std::move(result));
  if (stopping_ && jobs_.empty()) Stopped();
}

ForwardOutput::Server& ForwardOutput::ServerOf(const ServerLink& link) {
  const auto at = std::find_if(servers_.begin(), servers_.end(),
                               [&](const auto& server) { return server->link.get() == &link; });
  CHECK(at != servers_.end());
  return **at;
}

void ForwardOutput::OnReady(ServerLink& link) {
  Server& server = ServerOf(link);
  LogInfo(context_->id, "connected", {{"server", server.config.name}, {"peer", link.peer()}});
  server.up.Set(1);
  if (heartbeats_ != nullptr) {
    const auto at = std::find_if(servers_.begin(), servers_.end(),
                                 [&](const auto& one) { return one.get() == &server; });
    heartbeats_->Reached(static_cast<size_t>(at - servers_.begin()), link.peer());
  }
  AnnounceClosed(server);
}

void ForwardOutput::OnDelivered(ServerLink& link, std::unique_ptr<OutMessage> message) {
  Server& server = ServerOf(link);
  if (!message->closed.empty()) {
    for (const LaneId& lane : message->closed) std::erase(server.closing, lane);
    server.announcing = false;
    AnnounceClosed(server);
  }
  server.book.Acknowledged(message->lane, message->ranges);
  if (server.shown_doubts > 0) ShowDoubts(server);
  const auto at = jobs_.find(message->job);
  if (at == jobs_.end()) return;
  at->second.delivered = true;
  Settle(message->job);
}

void ForwardOutput::OnOnceKnown(ServerLink& link) {
  Server& server = ServerOf(link);
  const bool once = link.once().value_or(false);
  server.once.Set(once ? 1 : 0);
  if (once) {
    AnnounceClosed(server);
    return;
  }
  LogWarn(context_->id,
          "the server does not recognise repeats: events may be doubled when an "
          "answer is lost",
          {{"server", server.config.name}});
  server.book.ForgetDoubts();
  ShowDoubts(server);
}

void ForwardOutput::OnLost(ServerLink& link, const Status& why,
                           std::vector<std::unique_ptr<OutMessage>> unfinished) {
  Server& server = ServerOf(link);
  server.up.Set(0);
  server.announcing = false;
  if (!why.ok()) {
    LogWarn(context_->id, "a server is not available",
            {{"server", server.config.name},
             {"reason", why.message()},
             {"unanswered_messages", unfinished.size()}});
  }
  const std::string failure = server.config.name + ": " + std::string(why.message());
  for (const auto& message : unfinished) {
    if (!message->sent()) {
      server.book.NotSent(message->lane, message->ranges);
    } else if (link.once().value_or(true)) {
      server.book.Doubted(message->lane, message->ranges, context_->loop.Now());
    } else {
      CountDoubled(message->events);
    }
  }
  ShowDoubts(server);
  for (const auto& message : unfinished) Fail(*message, failure);
  Probe();
}

void ForwardOutput::ShowDoubts(Server& server) {
  server.shown_doubts = server.book.doubts();
  server.in_doubt.Set(static_cast<double>(server.shown_doubts));
}

void ForwardOutput::CountDoubled(uint64_t events) {
  if (events > 0) doubled_->Add(events);
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
