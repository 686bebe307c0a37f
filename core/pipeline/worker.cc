#include "core/pipeline/worker.h"

#include <algorithm>
#include <utility>

#include "core/pipeline/countdown.h"
#include "core/pipeline/rejections.h"

namespace andon {

Worker::Worker(const Environment& environment, Place place, Loop& loop, Journal& journal)
    : environment_(environment),
      place_(std::move(place)),
      loop_(loop),
      journal_(journal),
      router_ledger_(MetricScope(environment.metrics, {{"kind", "router"}, {"id", "router"}})),
      journal_ledger_(MetricScope(environment.metrics, {{"kind", "journal"}, {"id", "journal"}})) {
  lane_ = journal.OpenLane(loop, {.on_pressure = [this](bool full) { OnPressure(full); }});
}

// The lane goes first: its acks point at inputs.
Worker::~Worker() { lane_.reset(); }

void Worker::Start() {
  thread_.Check();
  network_ = environment_.make_network(loop_);
  rejections_ = std::make_unique<Rejections>(journal_.positions(), *this);
}

Status Worker::PrepareInput(const InputConfig& config) {
  thread_.Check();
  auto slot = std::make_unique<InputSlot>(config,
                                          InputSlot::Place{.environment = environment_,
                                                           .loop = loop_,
                                                           .network = *network_,
                                                           .positions = journal_.positions(),
                                                           .data_dir = place_.data_dir,
                                                           .worker = place_.index,
                                                           .workers = place_.workers},
                                          *this);
  RETURN_IF_ERROR(slot->Prepare());
  prepared_[config.id] = std::move(slot);
  return OkStatus();
}

void Worker::DropPrepared() {
  thread_.Check();
  prepared_.clear();
  prepared_filters_.reset();
}

std::vector<std::pair<const FilterConfig*, Status>> Worker::PrepareFilters(
    const std::vector<FilterConfig>& configs) {
  thread_.Check();
  std::vector<std::pair<const FilterConfig*, Status>> failed;
  std::vector<FilterChain::Stage> stages;
  for (const FilterConfig& config : configs) {
    const MetricScope metrics(environment_.metrics, {{"kind", "filter"}, {"id", config.id}});
    auto ledger = std::make_shared<PartLedger>(metrics);
    const PluginContext context{.id = config.id,
                                .hostname = environment_.hostname,
                                .data_dir = place_.data_dir,
                                .loop = loop_,
                                .network = *network_,
                                .files = environment_.files,
                                .random = environment_.random,
                                .metrics = metrics,
                                .ledger = *ledger};
    auto filter = config.factory();
    Status status = filter->Prepare(context);
    if (!status.ok()) failed.emplace_back(&config, std::move(status));
    stages.push_back({config.id, config.match, std::move(filter), std::move(ledger)});
  }
  prepared_filters_ = std::make_unique<FilterChain>(std::move(stages), tags_);
  return failed;
}

void Worker::Apply(WorkerChange change, UniqueFunction<void()> done) {
  thread_.Check();
  filters_ = std::move(prepared_filters_);
  router_ = std::move(change.router);
  Countdown all(std::move(done));
  for (const std::string& id : change.start_inputs) {
    if (std::ranges::find(change.stop_inputs, id) == change.stop_inputs.end()) StartPrepared(id);
  }
  for (const std::string& id : change.stop_inputs) {
    StopInput(id, change.grace, [this, id, part = all.Take()]() mutable {
      StartPrepared(id);
      part.reset();
    });
  }
}

void Worker::StartPrepared(const std::string& id) {
  auto node = prepared_.extract(id);
  if (node.empty()) return;
  InputSlot& slot = *node.mapped();
  running_.insert(std::move(node));
  slot.Start();
  if (paused_) slot.Pause();
}

void Worker::StopInput(const std::string& id, Duration grace, UniqueFunction<void()> done) {
  auto node = running_.extract(id);
  if (node.empty()) {
    done();
    return;
  }
  stopping_.push_back(std::move(node.mapped()));
  InputSlot* slot = stopping_.back().get();
  slot->Stop(grace, [this, slot, done = std::move(done)]() mutable {
    const auto found = std::ranges::find(stopping_, slot, &std::unique_ptr<InputSlot>::get);
    Retire(std::move(*found));
    stopping_.erase(found);
    done();
  });
}

// The acks of what the input emitted are answered before the one that is asked for here.
void Worker::Retire(std::unique_ptr<InputSlot> slot) {
  const uint64_t token = next_retired_++;
  retired_[token] = std::move(slot);
  lane_->AckWhenDurable(Ack(this, token));
}

void Worker::OnAck(uint64_t token, Outcome outcome) {
  if (outcome == Outcome::kDropped) return;  // Close, which ends them all.
  // Posted: acks of one commit are answered together, in any order.
  loop_.Post([this, token] { retired_.erase(token); });
}

void Worker::StopInputs(Duration grace, UniqueFunction<void()> done) {
  thread_.Check();
  prepared_.clear();
  Countdown all(std::move(done));
  while (!running_.empty()) {
    const std::string id = running_.begin()->first;
    StopInput(id, grace, [part = all.Take()]() mutable { part.reset(); });
  }
}

void Worker::Close() {
  thread_.Check();
  lane_.reset();  // First: its acks point at inputs.
  running_.clear();
  stopping_.clear();
  retired_.clear();
  filters_.reset();
  router_.reset();
  rejections_.reset();
  network_.reset();
}

void Worker::EmitRejected(std::unique_ptr<RejectedEvents> rejected) {
  thread_.Check();
  rejections_->Emit(std::move(rejected));
}

void Worker::Emit(std::span<const EventBatch> batches, std::span<const Position> covers, Ack ack) {
  thread_.Check();
  CHECK(!emitting_);
  emitting_ = true;
  batches_.clear();
  items_.clear();
  uint64_t appended = 0;
  for (const EventBatch& batch : batches) {
    if (batch.count == 0) continue;
    router_->RouteOf(batch.tag);  // Brings the tag's cache, the filters' part too, to this epoch.
    filters_->Process(batch, &batches_);
  }
  for (const EventBatch& batch : batches_) {
    const RouteId route = router_->RouteOf(batch.tag);
    router_ledger_.Received(batch.count);
    if (route == 0) {
      DropUnrouted(batch);
      continue;
    }
    router_ledger_.Passed(batch.count);
    router_->Count(route, batch.count);
    items_.push_back({batch, route});
    appended += batch.count;
  }
  journal_ledger_.Received(appended);
  lane_->Append(items_, covers, std::move(ack));
  filters_->Clear();
  emitting_ = false;
}

void Worker::DropUnrouted(const EventBatch& batch) {
  router_ledger_.Dropped("unrouted", batch.count);
  if (std::exchange(batch.tag.cache().unrouted_said, true)) return;
  LogWarn(
      "router", "no output takes this tag, its events are dropped",
      {{"tag", batch.tag.text()}, {"advice", "an output of type null takes what nobody wants"}});
}

void Worker::AckWhenDurable(Ack ack) {
  thread_.Check();
  lane_->AckWhenDurable(std::move(ack));
}

void Worker::OnPressure(bool full) {
  if (full == paused_) return;
  paused_ = full;
  for (auto& [id, slot] : running_) {
    if (full) {
      slot->Pause();
    } else {
      slot->Resume();
    }
  }
}

}  // namespace andon
