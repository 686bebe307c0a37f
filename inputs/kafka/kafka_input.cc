#include "inputs/kafka/kafka_input.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::kafka_input {

namespace {

constexpr int kCallMs = 10'000;
constexpr size_t kMessagesAtOnce = 2000;
constexpr Duration kLookForPartitions = std::chrono::minutes(1);
constexpr Duration kRetryAtLeast = std::chrono::milliseconds(500);
constexpr int kMostDoublings = 6;

}  // namespace

KafkaInput::KafkaInput(const Config& config) : config_(config) {}

KafkaInput::~KafkaInput() {
  if (consumer_ != nullptr) consumer_->Detach();
}

Status KafkaInput::Prepare(InputContext& context) {
  context_ = &context;
  mailbox_ = std::make_unique<kafka::Mailbox>(context.loop);
  calls_ = std::make_unique<kafka::CallThread>("kafka:" + context.id);
  statistics_ = std::make_unique<kafka::Statistics>(context.metrics);
  sink_ = std::make_unique<MessageSink>(config_, context);
  return OkStatus();
}

void KafkaInput::Start(Emitter& emitter) {
  emitter_ = &emitter;
  Open();
}

void KafkaInput::Pause() {
  paused_ = true;
  if (consumer_ != nullptr) consumer_->Pause(true);
}

void KafkaInput::Resume() {
  paused_ = false;
  if (consumer_ != nullptr) consumer_->Pause(false);
}

void KafkaInput::Stop(UniqueFunction<void()> done) {
  emitter_ = nullptr;
  timer_.reset();
  CloseConsumer(std::move(done));
}

// Leaving a group and its last commit take a while.
void KafkaInput::CloseConsumer(UniqueFunction<void()> closed) {
  if (consumer_ != nullptr) consumer_->Detach();
  calls_->Run([mail = mailbox_->address(), consumer = std::move(consumer_),
               closed = std::move(closed)]() mutable {
    consumer.reset();
    mail.Post([closed = std::move(closed)]() mutable { closed(); });
  });
}

void KafkaInput::Open() {
  const kafka::Client::Wishes wishes{
      .id = context_->id, .role = kafka::Role::kConsumer, .properties = config_.client.All()};
  calls_->Run([mail = mailbox_->address(), this, wishes, config = config_, consumer = consumer_] {
    auto found = std::make_shared<Found>(Look(consumer, wishes, config));
    mail.Post([this, found] { Opened(*found); });
  });
}

// Thread: the one for calls.
KafkaInput::Found KafkaInput::Look(std::shared_ptr<kafka::Consumer> consumer,
                                   const kafka::Client::Wishes& wishes, const Config& config) {
  Found found{.consumer = std::move(consumer), .status = {}, .cluster = {}, .partitions = {}};
  if (found.consumer == nullptr) {
    auto made = kafka::Consumer::Make(wishes);
    if (!made.ok()) {
      found.status = made.status();
      return found;
    }
    found.consumer = *std::move(made);
  }
  found.cluster = found.consumer->ClusterId(kCallMs);
  if (found.cluster.empty()) {
    found.status = Unavailable("kafka: no broker answers; see brokers, tls and sasl");
  } else if (config.group.empty()) {
    LookAtTopics(config, found);
  }
  return found;
}

void KafkaInput::LookAtTopics(const Config& config, Found& found) {
  for (const std::string& topic : config.topics) {
    const auto partitions = found.consumer->PartitionsOf(topic, kCallMs);
    if (!partitions.error.ok()) {
      found.status = Unavailable(kafka::Advice(partitions.error, "kafka: topic \"" + topic + "\""));
      continue;
    }
    const Status status = AddPartitions(topic, partitions.ids, config.start, found);
    if (!status.ok()) found.status = status;
  }
}

// All of a topic, or none: one that comes later is taken for one that was made later.
Status KafkaInput::AddPartitions(const std::string& topic, const std::vector<int32_t>& ids,
                                 Begin start, Found& found) {
  std::vector<kafka::PartitionOffset> partitions;
  for (const int32_t id : ids) {
    int64_t begin = kafka::kFromBeginning;
    if (start == Begin::kLatest) begin = found.consumer->EndOf(topic, id, kCallMs);
    if (start == Begin::kLatest && begin < 0) {
      return Unavailable("kafka: topic \"" + topic + "\": nobody tells where partition " +
                         std::to_string(id) + " ends");
    }
    partitions.push_back({topic, id, begin});
  }
  found.partitions.insert(found.partitions.end(), partitions.begin(), partitions.end());
  return OkStatus();
}

void KafkaInput::Opened(const Found& found) {
  if (emitter_ == nullptr) return;
  Status status = found.status;
  const Status taken = Take(found);
  if (status.ok()) status = taken;
  failures_ = status.ok() ? 0 : failures_ + 1;
  if (!status.ok()) {
    LogWarn(context_->id, "cannot read from Kafka yet, trying again",
            {{"reason", status.message()}});
    LookAgainIn(kRetryAtLeast * (1 << std::min(failures_, kMostDoublings)));
  } else if (!in_group()) {
    LookAgainIn(kLookForPartitions);
  }
}

void KafkaInput::LookAgainIn(Duration delay) {
  timer_ = context_->loop.After(delay, [this] { Open(); });
}

Status KafkaInput::Take(const Found& found) {
  if (found.consumer == nullptr || found.cluster.empty()) return OkStatus();
  const bool first = consumer_ == nullptr;
  cluster_ = found.cluster;
  consumer_ = found.consumer;
  if (first) {
    RETURN_IF_ERROR(consumer_->Attach(context_->loop, *this, [this] { Poll(); }));
    consumer_->Pause(paused_);
  }
  if (!in_group()) {
    Assign(found);
  } else if (first) {
    const kafka::Error error = consumer_->Subscribe(config_.topics);
    if (!error.ok())
      return Unavailable(kafka::Advice(error, "kafka: group \"" + config_.group + "\""));
  }
  return OkStatus();
}

std::optional<StoredOffset> KafkaInput::PositionOf(const kafka::PartitionOffset& partition) const {
  const auto text =
      context_->positions.Find(OffsetSource(context_->id, partition.topic, partition.partition));
  auto position = text.has_value() ? DecodeOffset(*text) : std::nullopt;
  if (position.has_value() && position->cluster != cluster_) position.reset();
  return position;
}

// Of which partitions have been read before: the others were made since, and are read from their
// beginning.
std::set<std::string> KafkaInput::TopicsBegun(const Found& found) const {
  std::set<std::string> begun;
  for (const kafka::PartitionOffset& one : found.partitions) {
    const std::string source = OffsetSource(context_->id, one.topic, one.partition);
    if (assigned_.contains(source) || PositionOf(one).has_value()) begun.insert(one.topic);
  }
  return begun;
}

// Each worker has its share of the partitions. Where nothing is stored yet, what is begun with is
// stored at once: a restart must not choose again.
void KafkaInput::Assign(const Found& found) {
  const std::set<std::string> begun = TopicsBegun(found);
  std::vector<kafka::PartitionOffset> fresh;
  std::vector<std::pair<std::string, std::string>> stored;
  for (kafka::PartitionOffset one : found.partitions) {
    if (one.partition % context_->workers != context_->worker) continue;
    const std::string source = OffsetSource(context_->id, one.topic, one.partition);
    if (!assigned_.emplace(source, true).second) continue;
    if (const auto position = PositionOf(one); position.has_value()) {
      one.offset = position->next;
    } else if (begun.contains(one.topic)) {
      one.offset = kafka::kFromBeginning;
    } else if (one.offset >= 0) {
      stored.emplace_back(source, EncodeOffset(one.offset, cluster_));
    }
    fresh.push_back(std::move(one));
  }
  if (fresh.empty()) return;
  std::vector<Position> covers;
  covers.reserve(stored.size());
  for (const auto& [source, value] : stored) covers.push_back({source, AsBytes(value)});
  if (!covers.empty()) emitter_->Emit(std::span<const EventBatch>(), covers, Ack());
  const kafka::Error error = consumer_->Add(fresh);
  if (!error.ok()) OnError(error, "assignment");
}

void KafkaInput::Poll() {
  if (paused_ || emitter_ == nullptr) return;
  (void)consumer_->Poll(kMessagesAtOnce);
  if (sink_->empty() || emitter_ == nullptr) return;
  std::vector<kafka::PartitionOffset> offsets = sink_->Offsets();
  if (in_group()) {
    const uint64_t token = next_token_++;
    unacked_[token] = std::move(offsets);
    sink_->Emit(*emitter_, {}, Ack(this, token));
    return;
  }
  std::vector<std::pair<std::string, std::string>> texts;
  texts.reserve(offsets.size());
  for (const auto& one : offsets) {
    texts.emplace_back(OffsetSource(context_->id, one.topic, one.partition),
                       EncodeOffset(one.offset, cluster_));
  }
  std::vector<Position> covers;
  covers.reserve(texts.size());
  for (const auto& [source, value] : texts) covers.push_back({source, AsBytes(value)});
  sink_->Emit(*emitter_, covers, Ack());
}

void KafkaInput::OnAck(uint64_t token, Outcome outcome) {
  auto done = unacked_.extract(token);
  if (done.empty() || outcome != Outcome::kDurable || consumer_ == nullptr) return;
  consumer_->Store(done.mapped());
}

void KafkaInput::OnMessage(const kafka::InMessage& message) { sink_->Add(message); }

void KafkaInput::OnError(const kafka::Error& error, std::string_view subject) {
  LogWarn(context_->id, "Kafka is in trouble",
          {{"reason", kafka::Advice(error, "kafka: " + std::string(subject))}});
}

void KafkaInput::OnStatistics(std::string_view json) { statistics_->Take(json); }

}  // namespace andon::kafka_input
