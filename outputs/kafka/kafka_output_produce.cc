// The Kafka output hands messages over to librdkafka, and sees to what is refused.

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/kafka/producer.h"
#include "outputs/kafka/cursor_topic.h"
#include "outputs/kafka/kafka_output.h"

namespace andon::kafka_output {

namespace {

constexpr Duration kLookAgain = std::chrono::seconds(1);
constexpr Duration kLookAgainAtRights = std::chrono::minutes(1);  // It costs a transaction.
constexpr Duration kCountAgain = std::chrono::minutes(5);
constexpr int kCallMs = 10'000;
constexpr int kLimitMs = 3'000;
constexpr int64_t kBatchBytes = 1'000'000;  // librdkafka's batch.size.
constexpr size_t kBatchHead = 1000;         // Of it: more than a request's own bytes.
constexpr size_t kMessageHead = 24;         // More than librdkafka adds to each message.

// In a batch, at most.
size_t SizeOf(const kafka::OutMessage& message) {
  size_t bytes = kMessageHead + message.payload.size() + message.key.size();
  for (const kafka::Header& header : message.headers) {
    bytes += header.name.size() + header.value.size() + 2 * sizeof(uint32_t);
  }
  return bytes;
}

// Says nothing of the other topics.
bool IsOfTheTopic(kafka::Verdict verdict) {
  return verdict == kafka::Verdict::kUnknownTopic || verdict == kafka::Verdict::kNotAllowed;
}

}  // namespace

void KafkaOutput::ProduceWaiting() {
  BeginRound();
  held_up_ = false;
  const bool care_changes = caution_.wanted(context_->loop.Now()) != careful_;
  while (!waiting_.empty() && !(in_transaction_ && doomed_)) {
    Delivery& next = *waiting_.front();
    if ((care_changes && !cut()) || HasEnough() || !MayBegin()) return;
    if (next.batch == nullptr) WriteMessages(next);
    if (!TopicsAreKnown(next) || !ProduceAll(next)) break;
    transaction_bytes_ += next.chunk.bytes();
    under_way_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  // Ready for the reports that it waits for.
  if (waiting_.size() > 1 && waiting_[1]->batch == nullptr) WriteMessages(*waiting_[1]);
}

// The partitions of a transaction join it when they get their first message, which librdkafka tells
// the coordinator after a millisecond that keeps a processor busy. Once for all is enough.
void KafkaOutput::BeginRound() {
  ++round_.number;
  round_.batch_bytes = config_.batch_bytes - std::min(kBatchHead, config_.batch_bytes / 2);
  if (batch_bytes_ > 0) {
    round_.batch_bytes = std::min(round_.batch_bytes, static_cast<size_t>(batch_bytes_));
  }
  round_.open = 1;
  if (!exactly_once_ || in_transaction_ || !config_.topic.constant()) return;
  size_t bytes = 0;
  for (const auto& delivery : waiting_) bytes += delivery->chunk.bytes();
  round_.open += bytes / round_.batch_bytes;
}

void KafkaOutput::TakeCut() {
  if (!cut()) return;
  under_way_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
}

void KafkaOutput::WriteMessages(Delivery& delivery) {
  const auto lane = delivered_.find(delivery.chunk.lane());
  const RunSet* skip = lane == delivered_.end() ? nullptr : &lane->second;
  RunSet refused;
  if (!delivery.rejected.empty()) {
    if (skip != nullptr) refused = *skip;
    for (const Rejection& one : delivery.rejected) refused.Add({one.event, one.event});
    skip = &refused;
  }
  delivery.batch = writer_->Write(delivery.chunk, skip, &delivery.rejected);
  delivery.messages = delivery.batch->messages.size();
  for (Message& message : delivery.batch->messages) message.delivery = &delivery;
}

bool KafkaOutput::TopicsAreKnown(const Delivery& delivery) {
  bool known = true;
  const MonotonicTime now = context_->loop.Now();
  for (TopicEntry* topic : delivery.batch->topics) {
    const bool stale = topic->state == TopicEntry::State::kMissing && now >= topic->look_again;
    if (topic->state == TopicEntry::State::kNew || stale) LookAt(*topic);
    if (topic->state == TopicEntry::State::kReady && now >= topic->look_again) Count(*topic);
    known = known && topic->state != TopicEntry::State::kChecking;
  }
  return known;
}

void KafkaOutput::LookAt(TopicEntry& topic) {
  topic.state = TopicEntry::State::kChecking;
  topic.refused = false;
  RunCall(
      [client = client_, name = topic.name, creation = config_.create_topics] {
        if (!creation.enabled) return kafka::DescribeTopic(*client, name, kCallMs);
        return kafka::EnsureTopic(*client, {name, creation.partitions, creation.replication, {}},
                                  kCallMs);
      },
      [this, &topic](const kafka::TopicInfo& info) { LookedAt(topic, info); });
}

// Partitions that were added meanwhile get their share.
void KafkaOutput::Count(TopicEntry& topic) {
  topic.look_again = context_->loop.Now() + kCountAgain;
  if (!config_.spread) return;
  RunCall([client = client_,
           name = topic.name] { return kafka::DescribeTopic(*client, name, kLimitMs); },
          [&topic](const kafka::TopicInfo& info) {
            if (!info.error.ok() || info.partitions <= topic.partitions) return;
            topic.partitions = info.partitions;
            topic.spread.SetPartitions(static_cast<size_t>(info.partitions));
          });
}

void KafkaOutput::LookedAt(TopicEntry& topic, const kafka::TopicInfo& info) {
  topic.partitions = info.partitions;
  topic.look_again = context_->loop.Now() + (info.error.ok() ? kCountAgain : kLookAgain);
  if (info.error.ok()) topic.spread.SetPartitions(static_cast<size_t>(info.partitions));
  topic.state = info.error.ok() ? TopicEntry::State::kReady : TopicEntry::State::kMissing;
  if (!info.error.ok()) {
    topic.own_trouble = IsOfTheTopic(info.error.verdict);
    topic.trouble = Unavailable(kafka::Advice(info.error, topic.subject()));
    LogWarn(context_->id, "topic cannot be written, its events wait",
            {{"topic", topic.name}, {"reason", topic.trouble.message()}});
  }
  Pump();
}

// What may not be written fails the transaction as a whole: its events wait, the others need not.
std::string KafkaOutput::SetRefusedTopicsAside() {
  std::string reason;
  for (const std::string& name : client_->TakeRefusedTopics()) {
    TopicEntry* const topic = name == config_.cursor.topic ? nullptr : topics_.Find(name);
    const std::string why = kafka::AdviceOnRights(
        topic == nullptr ? CursorTopicSubject(config_.cursor.topic) : topic->subject());
    if (reason.empty()) reason = why;
    if (topic != nullptr) SetAside(*topic, why);
  }
  return reason;
}

void KafkaOutput::SetAside(TopicEntry& topic, const std::string& why) {
  if (topic.refused) return;
  topic.refused = topic.own_trouble = true;
  topic.state = TopicEntry::State::kMissing;
  topic.look_again = context_->loop.Now() + kLookAgainAtRights;
  topic.trouble = Unavailable(why);
  LogWarn(context_->id, "topic cannot be written, its events wait",
          {{"topic", topic.name}, {"reason", why}});
}

// False: reports must come first, or the client broke.
bool KafkaOutput::ProduceAll(Delivery& delivery) {
  while (!delivery.all_produced()) {
    if (!ProduceOne(delivery)) return false;
  }
  return true;
}

bool KafkaOutput::ProduceOne(Delivery& delivery) {
  Message& message = delivery.batch->messages[delivery.produced];
  TopicEntry& topic = *message.topic;
  if (topic.state != TopicEntry::State::kReady) {
    delivery.Again(message.event, topic.trouble.message());
    if (topic.own_trouble) ++delivery.without_topic;
    ++delivery.produced;
    return true;
  }
  if (exactly_once_ && !in_transaction_ && !Begin()) return false;
  if (topic.topic == nullptr) topic.topic = std::make_unique<kafka::Topic>(client_, topic.name);
  kafka::OutMessage out = writer_->Out(*delivery.batch, delivery.produced, &header_room_);
  held_up_ = !ChoosePartition(message, &out);
  if (held_up_) return false;
  int code = 0;
  const kafka::ProduceResult result = kafka::Produce(*client_, out, &code);
  held_up_ = result == kafka::ProduceResult::kFull;
  if (held_up_) return false;
  if (result == kafka::ProduceResult::kTaken) {
    ++delivery.unreported;
    if (in_transaction_) ++unreported_;
    if (message.spread_to != Spread::kNone) topic.spread.Taken(message.spread_to, SizeOf(out));
  } else if (!RefuseUnsent(message, code)) {
    return false;
  }
  ++delivery.produced;
  return true;
}

// False: none takes it now.
bool KafkaOutput::ChoosePartition(Message& message, kafka::OutMessage* out) {
  TopicEntry& topic = *message.topic;
  if (!config_.spread || out->has_key || topic.partitions <= 0) return true;
  message.spread_to = topic.spread.Choose(round_, SizeOf(*out));
  if (message.spread_to == Spread::kNone) return false;
  out->partition = message.spread_to;
  return true;
}

// False: the client takes no more at all.
bool KafkaOutput::RefuseUnsent(const Message& message, int code) {
  if (kafka::VerdictOf(code) == kafka::Verdict::kFatal) {
    // A transaction that has failed takes no more; the reason comes with a report.
    doomed_ = in_transaction_;
    if (!doomed_) BreakSoon({.code = code, .verdict = kafka::Verdict::kFatal, .fatal = true});
    return false;
  }
  const std::string topic = message.topic->subject();
  if (kafka::VerdictOf(code) == kafka::Verdict::kTooLarge) {
    const std::string* limit = config_.client.Find("message.max.bytes");
    message.delivery->Reject(message.event, topic + ": message of " +
                                                std::to_string(message.payload_bytes) +
                                                " bytes exceeds message.max.bytes (" +
                                                (limit == nullptr ? "1000000" : *limit) + ")");
  } else if (message.partition != kafka::kAnyPartition &&
             kafka::VerdictOf(code) == kafka::Verdict::kUnknownTopic) {
    message.delivery->Reject(message.event, topic + ": there is no partition " +
                                                std::to_string(message.partition) + " of " +
                                                std::to_string(message.topic->partitions));
  } else {
    if (kafka::VerdictOf(code) == kafka::Verdict::kUnknownTopic) {
      message.topic->state = TopicEntry::State::kNew;  // It has become smaller.
      message.topic->trouble = Unavailable(kafka::Advice(code, topic));
    }
    Refuse(message, code);
  }
  return true;
}

void KafkaOutput::Refuse(const Message& message, int code) {
  const kafka::Verdict verdict = kafka::VerdictOf(code);
  if (verdict == kafka::Verdict::kTooLarge || verdict == kafka::Verdict::kBadMessage) {
    return RefuseBatch(message, code);
  }
  const std::string why = kafka::Advice(code, message.topic->subject());
  message.delivery->Again(message.event, why);
  if (verdict == kafka::Verdict::kNotAllowed) SetAside(*message.topic, why);
  if (IsOfTheTopic(verdict)) ++message.delivery->without_topic;
}

// The broker minds this message or another one of its batch.
void KafkaOutput::RefuseBatch(const Message& message, int code) {
  TopicEntry& topic = *message.topic;
  const std::string subject = topic.subject();
  const bool too_large = kafka::VerdictOf(code) == kafka::Verdict::kTooLarge;
  if (!careful_) {
    caution_.Suspect(context_->loop.Now());
    if (too_large && topic.max_message_bytes == 0) FindLimit(topic);
    message.delivery->Again(
        message.event,
        kafka::Advice(code, subject) + ": a message of the batch is refused, looking for it");
    return;
  }
  caution_.Found();
  ++message.delivery->found;
  if (!too_large) return message.delivery->Reject(message.event, kafka::Advice(code, subject));
  const int64_t limit = topic.max_message_bytes;
  message.delivery->Reject(message.event,
                           subject + ": message of " + std::to_string(message.payload_bytes) +
                               " bytes exceeds the topic's max.message.bytes" +
                               (limit > 0 ? " (" + std::to_string(limit) + ")" : ""));
}

// Batches must not be larger than what the topic takes.
void KafkaOutput::FindLimit(TopicEntry& topic) {
  topic.max_message_bytes = -1;  // Being asked for.
  calls_->Run([mail = mailbox_->address(), client = client_, this, &topic, name = topic.name] {
    const auto config = kafka::DescribeTopicConfig(*client, name, kLimitMs);
    const int64_t limit = config.Number("max.message.bytes").value_or(0);
    mail.Post([this, &topic, limit] {
      topic.max_message_bytes = limit;
      if (limit <= 0 || limit >= kBatchBytes) return;
      batch_bytes_ = batch_bytes_ == 0 ? limit : std::min(batch_bytes_, limit);
    });
  });
}

}  // namespace andon::kafka_output
