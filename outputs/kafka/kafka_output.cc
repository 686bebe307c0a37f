#include "outputs/kafka/kafka_output.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/kafka/producer.h"
#include "outputs/kafka/cursor_note.h"
#include "outputs/kafka/prober.h"

namespace andon::kafka_output {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr Duration kChunkAge = std::chrono::milliseconds(50);
constexpr int kInFlight = 8;  // What comes while one transaction is committed goes into the next.
constexpr Duration kLookAgain = std::chrono::seconds(1);
constexpr int kCallMs = 10'000;
constexpr int kLimitMs = 3'000;
constexpr int64_t kBatchBytes = 1'000'000;  // librdkafka's batch.size.

}  // namespace

KafkaOutput::KafkaOutput(const Config& config) : config_(config) {}

KafkaOutput::~KafkaOutput() { CloseSession(); }

Result<OutputLimits> KafkaOutput::Prepare(OutputContext& context) {
  context_ = &context;
  exactly_once_ = config_.exactly_once;
  if (exactly_once_ && context.journal_id.empty()) {
    LogWarn(context.id, "without a journal on disk Kafka gets events at least once",
            {{"advice", "use a journal, or say exactly_once: false"}});
    exactly_once_ = false;
  }
  if (exactly_once_) {
    transactional_id_ = "andon-" + context.journal_id + "-" + context.id;
    claim_ = ToString(MakeUuid(context.random)) + " " + context.hostname + " process " +
             std::to_string(getpid());
  }
  mailbox_ = std::make_unique<kafka::Mailbox>(context.loop);
  calls_ = std::make_unique<kafka::CallThread>("kafka:" + context.id);
  writer_ = std::make_unique<MessageWriter>(config_, context.hostname, topics_);
  statistics_ = std::make_unique<kafka::Statistics>(context.metrics);
  return OutputLimits{.bytes = kChunkBytes, .age = kChunkAge, .in_flight = kInFlight};
}

void KafkaOutput::Start() { Open(); }

void KafkaOutput::Write(Chunk chunk, WriteDone done) {
  waiting_.push_back(std::make_unique<Delivery>(std::move(chunk), std::move(done)));
  SchedulePump();
}

void KafkaOutput::LaneClosed(const LaneId& lane) {
  if (exactly_once_) closed_lanes_.push_back(lane);
}

void KafkaOutput::Stop(UniqueFunction<void()> done) {
  const Status status = Unavailable("kafka: stopped before this was delivered");
  state_ = State::kStopped;
  CloseSession();
  for (auto& delivery : std::exchange(under_way_, {})) Answer(*delivery, status, "");
  AnswerWaiting(status);
  done();
}

void KafkaOutput::Probe(OutputContext& context,
                        UniqueFunction<void(std::vector<ProbeFinding>)> done) {
  mailbox_ = std::make_unique<kafka::Mailbox>(context.loop);
  calls_ = std::make_unique<kafka::CallThread>("kafka:" + context.id);
  calls_->Run([config = config_, id = context.id, hostname = context.hostname,
               home = mailbox_->address(), done = std::move(done)]() mutable {
    home.Post([found = ProbeCluster(id, hostname, config), done = std::move(done)]() mutable {
      done(std::move(found));
    });
  });
}

void KafkaOutput::Open() {
  if (state_ != State::kClosed) return;
  state_ = State::kOpening;
  ++generation_;
  careful_ = caution_.wanted(context_->loop.Now());
  SessionPlan plan{.id = context_->id,
                   .properties = config_.client.All(),
                   .transactional_id = transactional_id_,
                   .cursor = config_.cursor,
                   .claim = claim_,
                   .claimed_before = claimed_,
                   .one_by_one = careful_,
                   .batch_bytes = careful_ ? 0 : batch_bytes_};
  RunCall([plan = std::move(plan)] { return OpenSession(plan); },
          [this](Result<Session> result) { Opened(std::move(result)); });
}

void KafkaOutput::Opened(Result<Session> result) {
  state_ = State::kClosed;
  Status status = result.status();
  if (status.ok() && result->taken_over) return TakenOver(result->book.claim());
  if (status.ok()) status = TakeSession(*std::move(result));
  if (!status.ok()) {
    CloseSession();
    AnswerWaiting(status);
    return;
  }
  state_ = State::kOpen;
  claimed_ = exactly_once_;
  Pump();
}

Status KafkaOutput::TakeSession(Session session) {
  if (exactly_once_) RETURN_IF_ERROR(CheckCount(session));
  client_ = std::move(session.client);
  cluster_id_ = std::move(session.cluster_id);
  RETURN_IF_ERROR(client_->Attach(context_->loop, *this));
  if (!exactly_once_) return OkStatus();
  cursor_topic_ = std::make_unique<kafka::Topic>(client_, config_.cursor.topic);
  cursor_partition_ = session.cursor_partition;
  delivered_ = session.book.lanes();
  transactions_ = std::max(transactions_, session.book.transactions());
  return OkStatus();
}

// Our own cursor is older than Kafka's, or the same. Newer it can only be when Kafka lost its.
Status KafkaOutput::CheckCount(const Session& session) {
  const CursorNote note = DecodeCursorNote(context_->note);
  const bool here = note.cluster == session.cluster_id && note.topic == config_.cursor.topic;
  const bool before = cluster_id_ == session.cluster_id;
  const uint64_t known =
      std::max(here ? note.transactions : 0, before ? transactions_ : uint64_t{0});
  const uint64_t stored = session.book.transactions();
  if (!here && note.transactions > 0) {
    LogWarn(context_->id,
            "another cluster or cursor topic than before, going on where the journal is",
            {{"cluster", session.cluster_id}, {"topic", config_.cursor.topic}});
  }
  if (!before) transactions_ = 0;
  if (stored >= known) return OkStatus();
  const std::string what = "kafka: cursor topic \"" + config_.cursor.topic + "\" knows " +
                           std::to_string(stored) + " transactions of \"" + transactional_id_ +
                           "\", and there were at least " + std::to_string(known);
  if (config_.cursor.when_lost == WhenLost::kGoOn) {
    LogError(context_->id, "the cursor in Kafka was lost, some events may be delivered again",
             {{"reason", what}});
    return OkStatus();
  }
  return Unavailable(what +
                     ": was it deleted or restored? Nothing is delivered until it is back, or "
                     "cursor: {when_lost: go_on} is set, which may deliver some events again");
}

void KafkaOutput::TakenOver(const std::string& by) {
  state_ = State::kTakenOver;
  takeover_ = "kafka: another andond with this data folder's id delivers in its place (" + by +
              "); stop one of them and restart the other";
  LogError(context_->id, "another andond has taken over, nothing is delivered here any more",
           {{"by", by}, {"transactional_id", transactional_id_}});
  AnswerWaiting(Unavailable(takeover_));
}

std::string KafkaOutput::MakeNote() const {
  return EncodeCursorNote({cluster_id_, config_.cursor.topic, transactions_});
}

// librdkafka may look at payloads until the client is gone, so they go with it.
void KafkaOutput::CloseSession() {
  ++generation_;
  in_transaction_ = settling_ = draining_ = false;
  cursor_topic_.reset();
  topics_.ForgetClient();
  begin_timer_.reset();
  if (client_ == nullptr) return;
  client_->Detach();
  statistics_->ForgetClient();
  if (cursor_messages_ != nullptr) client_->Keep(std::exchange(cursor_messages_, nullptr));
  for (const auto& delivery : under_way_) client_->Keep(delivery->batch);
  for (const auto& delivery : waiting_) {
    if (delivery->produced > 0) client_->Keep(delivery->batch);
  }
  calls_->Run([client = std::move(client_)]() mutable { client.reset(); });
}

// The session is of no use. What was under way comes again, and is compared with the cursor then.
void KafkaOutput::Break(const kafka::Error& error) {
  LogWarn(context_->id, "the client must be made anew", {{"reason", error.text}});
  state_ = State::kClosed;
  CloseSession();
  const Status status = Unavailable(kafka::Advice(error, "kafka"));
  TakeCut();
  for (auto& delivery : std::exchange(under_way_, {})) Answer(*delivery, status, "");
  Pump();
}

void KafkaOutput::BreakSoon(const kafka::Error& error) {
  context_->loop.Post([mail = mailbox_->address(), generation = generation_, this, error] {
    mail.Post([this, generation, error] {
      if (generation == generation_ && state_ == State::kOpen) Break(error);
    });
  });
}

void KafkaOutput::AnswerWaiting(const Status& status) {
  for (auto& delivery : std::exchange(waiting_, {})) Answer(*delivery, status, "");
}

// Posted, so that chunks that come together go into one transaction.
void KafkaOutput::SchedulePump() {
  if (pump_posted_) return;
  pump_posted_ = true;
  mailbox_->address().Post([this] {
    pump_posted_ = false;
    Pump();
  });
}

void KafkaOutput::Pump() {
  if (state_ == State::kTakenOver) return AnswerWaiting(Unavailable(takeover_));
  if (state_ == State::kClosed && !waiting_.empty()) Open();
  if (state_ != State::kOpen || ChangeCare()) return;
  for (const auto& delivery : waiting_) {
    if (delivery->batch == nullptr) WriteMessages(*delivery);
  }
  if (!settling_) ProduceWaiting();
  AnswerReported();
  if (in_transaction_ && !settling_ && (doomed_ || !cut())) Commit();
}

void KafkaOutput::ProduceWaiting() {
  const bool care_changes = caution_.wanted(context_->loop.Now()) != careful_;
  while (!waiting_.empty() && !(in_transaction_ && doomed_)) {
    Delivery& next = *waiting_.front();
    if ((care_changes && !cut()) || !MayBegin()) return;
    if (!TopicsAreKnown(next) || !ProduceAll(next)) return;
    under_way_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void KafkaOutput::TakeCut() {
  if (!cut()) return;
  under_way_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
}

// A session that sends messages one by one, or no longer, once nothing is under way.
bool KafkaOutput::ChangeCare() {
  if (settling_ || caution_.wanted(context_->loop.Now()) == careful_) return false;
  if (in_transaction_ || !under_way_.empty() || cut()) return false;
  LogInfo(context_->id,
          careful_ ? "messages go in batches again" : "messages go one by one for a while");
  state_ = State::kClosed;
  CloseSession();
  Open();
  return true;
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
  for (Message& message : delivery.batch->messages) message.delivery = &delivery;
}

bool KafkaOutput::TopicsAreKnown(const Delivery& delivery) {
  bool known = true;
  const MonotonicTime now = context_->loop.Now();
  for (TopicEntry* topic : delivery.batch->topics) {
    const bool stale = topic->state == TopicEntry::State::kMissing && now >= topic->look_again;
    if (topic->state == TopicEntry::State::kNew || stale) LookAt(*topic);
    known = known && topic->state != TopicEntry::State::kChecking;
  }
  return known;
}

void KafkaOutput::LookAt(TopicEntry& topic) {
  topic.state = TopicEntry::State::kChecking;
  RunCall(
      [client = client_, name = topic.name, creation = config_.create_topics] {
        if (!creation.enabled) return kafka::DescribeTopic(*client, name, kCallMs);
        return kafka::EnsureTopic(*client, {name, creation.partitions, creation.replication, {}},
                                  kCallMs);
      },
      [this, &topic](const kafka::TopicInfo& info) { LookedAt(topic, info); });
}

void KafkaOutput::LookedAt(TopicEntry& topic, const kafka::TopicInfo& info) {
  topic.partitions = info.partitions;
  topic.state = info.error.ok() ? TopicEntry::State::kReady : TopicEntry::State::kMissing;
  if (!info.error.ok()) {
    topic.look_again = context_->loop.Now() + kLookAgain;
    topic.trouble = Unavailable(kafka::Advice(info.error, "kafka: topic \"" + topic.name + "\""));
    LogWarn(context_->id, "topic cannot be written, its events wait",
            {{"topic", topic.name}, {"reason", topic.trouble.message()}});
  }
  Pump();
}

// False: librdkafka's queue is full, or the client broke.
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
    ++delivery.produced;
    return true;
  }
  if (exactly_once_ && !in_transaction_ && !Begin()) return false;
  if (topic.topic == nullptr) topic.topic = std::make_unique<kafka::Topic>(client_, topic.name);
  int code = 0;
  const kafka::OutMessage out = writer_->Out(*delivery.batch, delivery.produced, &header_room_);
  switch (kafka::Produce(*client_, out, &code)) {
    case kafka::ProduceResult::kFull:
      return false;
    case kafka::ProduceResult::kTaken:
      ++delivery.unreported;
      if (in_transaction_) ++unreported_;
      break;
    case kafka::ProduceResult::kRefused:
      if (kafka::VerdictOf(code) == kafka::Verdict::kFatal) {
        // A transaction that has failed takes no more; the reason comes with a report.
        doomed_ = in_transaction_;
        if (!doomed_) BreakSoon({.code = code, .verdict = kafka::Verdict::kFatal, .fatal = true});
        return false;
      }
      RefuseUnsent(message, code);
      break;
  }
  ++delivery.produced;
  return true;
}

void KafkaOutput::RefuseUnsent(const Message& message, int code) {
  const std::string topic = "kafka: topic \"" + message.topic->name + "\"";
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
    Refuse(message, code);
  }
}

void KafkaOutput::Refuse(const Message& message, int code) {
  const kafka::Verdict verdict = kafka::VerdictOf(code);
  if (verdict == kafka::Verdict::kTooLarge || verdict == kafka::Verdict::kBadMessage) {
    return RefuseBatch(message, code);
  }
  message.delivery->Again(message.event,
                          kafka::Advice(code, "kafka: topic \"" + message.topic->name + "\""));
}

// The broker minds this message or another one of its batch.
void KafkaOutput::RefuseBatch(const Message& message, int code) {
  TopicEntry& topic = *message.topic;
  const std::string subject = "kafka: topic \"" + topic.name + "\"";
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

void KafkaOutput::OnDelivery(const kafka::Client::Delivery& report) {
  if (in_transaction_) --unreported_;
  if (report.opaque != nullptr) {  // Not the cursor's.
    const Message& message = *static_cast<Message*>(report.opaque);
    --message.delivery->unreported;
    if (report.error != 0) Refuse(message, report.error);
  }
  if (report.error != 0) doomed_ = true;
}

void KafkaOutput::OnDeliveries() {
  AnswerReported();
  Settle();
  if (!waiting_.empty()) SchedulePump();
}

void KafkaOutput::OnError(const kafka::Error& error) {
  if (error.fatal) {
    BreakSoon(error);
  } else {
    LogWarn(context_->id, "Kafka is in trouble", {{"reason", error.text}});
  }
}

void KafkaOutput::OnStatistics(std::string_view json) { statistics_->Take(json); }

// What nothing of is in a transaction, or can be in one.
void KafkaOutput::AnswerReported() {
  if (in_transaction_) return;
  for (auto& delivery : under_way_) {
    if (delivery->unreported > 0) continue;
    Answer(*delivery, OkStatus(), "");
    delivery.reset();
  }
  std::erase(under_way_, nullptr);
}

void KafkaOutput::Answer(Delivery& delivery, const Status& status, std::string note) {
  WriteResult result;
  result.status = status;
  result.rejected = std::move(delivery.rejected);
  if (status.ok()) result.again = std::move(delivery.again);
  // Nothing at all was delivered: say why, so that it is seen and waited for.
  const uint64_t events = delivery.batch == nullptr ? 0 : delivery.batch->messages.size();
  if (status.ok() && delivery.failed > 0 && delivery.failed == events) {
    result.status = Unavailable(delivery.trouble);
  }
  result.note = std::move(note);
  std::exchange(delivery.done, nullptr)(std::move(result));
}

}  // namespace andon::kafka_output
