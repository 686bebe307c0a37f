#include "outputs/kafka/session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/base/log.h"
#include "core/kafka/producer.h"
#include "core/kafka/read_to_end.h"
#include "core/kafka/topic_admin.h"
#include "outputs/kafka/cursor_topic.h"

namespace andon::kafka_output {

namespace {

using kafka::Client;
using kafka::Error;

constexpr int kCallMs = 10'000;
constexpr int kInitMs = 30'000;
// Transactions of others that hold the end back are over by then: transaction.timeout.ms.
constexpr int kReadMs = 90'000;
constexpr int kMaxCursorPartitions = 1000;
constexpr int kSegmentBytes = 16 << 20;

Status Failed(const Error& error, const std::string& subject) {
  return Unavailable(kafka::Advice(error, subject));
}

std::string Quoted(const std::string& kind, const std::string& name) {
  return kind + " \"" + name + "\"";
}

// The steps of opening, one after the other.
class Opening {
 public:
  explicit Opening(const SessionPlan& plan) : plan_(plan) {}

  Result<Session> Run() {
    RETURN_IF_ERROR(MakeClient());
    RETURN_IF_ERROR(Meet());
    if (plan_.transactional_id.empty()) return std::move(session_);
    RETURN_IF_ERROR(FindCursorTopic());
    if (plan_.cursor.check) RETURN_IF_ERROR(CheckCompaction());
    if (plan_.claimed_before) {
      CursorBook book(plan_.transactional_id, session_.cursor_partition);
      RETURN_IF_ERROR(ReadCursor(book, false));
      if (book.ClaimedFrom(plan_.claim)) {
        session_.taken_over = true;
        session_.book = std::move(book);
        session_.client.reset();
        return std::move(session_);
      }
    }
    RETURN_IF_ERROR(Init());
    RETURN_IF_ERROR(Claim());
    CursorBook book(plan_.transactional_id, session_.cursor_partition);
    RETURN_IF_ERROR(ReadCursor(book, true));
    session_.book = std::move(book);
    return std::move(session_);
  }

 private:
  Status MakeClient() {
    Client::Wishes wishes{.id = plan_.id, .role = kafka::Role::kProducer, .properties = {}};
    wishes.properties = plan_.properties;
    if (!plan_.transactional_id.empty()) {
      wishes.properties.emplace_back("transactional.id", plan_.transactional_id);
    }
    if (plan_.one_by_one) wishes.properties.emplace_back("batch.num.messages", "1");
    if (plan_.batch_bytes > 0) {
      wishes.properties.emplace_back("batch.size", std::to_string(plan_.batch_bytes));
    }
    ASSIGN_OR_RETURN(session_.client, Client::Make(wishes));
    return OkStatus();
  }

  // Somebody must answer before chunks are taken.
  Status Meet() {
    session_.cluster_id = session_.client->ClusterId(kCallMs);
    if (session_.cluster_id.empty()) {
      return Unavailable("kafka: " + session_.client->WhyNobodyAnswers());
    }
    return OkStatus();
  }

  Status FindCursorTopic() {
    const std::string& name = plan_.cursor.topic;
    const std::string subject = CursorTopicSubject(name);
    const kafka::TopicInfo info =
        plan_.cursor.create ? kafka::EnsureTopic(*session_.client, NewCursorTopic(), kCallMs)
                            : kafka::DescribeTopic(*session_.client, name, kCallMs);
    if (info.error.verdict == kafka::Verdict::kUnknownTopic) {
      return Unavailable(subject + " " + std::string(kNoCursorTopic));
    }
    if (!info.error.ok()) return Failed(info.error, subject);
    if (info.partitions < 1 || info.partitions > kMaxCursorPartitions) {
      return Unavailable(subject + " has " + std::to_string(info.partitions) +
                         " partitions; use 1 to 1000");
    }
    partitions_ = info.partitions;
    session_.cursor_partition = CursorBook::PartitionOf(plan_.transactional_id, partitions_);
    return OkStatus();
  }

  kafka::NewTopic NewCursorTopic() const {
    return {.name = plan_.cursor.topic,
            .partitions = 8,
            .replication = plan_.cursor.replication,
            .configs = {{"cleanup.policy", "compact"},
                        {"segment.bytes", std::to_string(kSegmentBytes)},
                        {"min.cleanable.dirty.ratio", "0.1"}}};
  }

  Status CheckCompaction() const {
    const auto config = kafka::DescribeTopicConfig(*session_.client, plan_.cursor.topic, kCallMs);
    if (!config.error.ok()) {
      LogWarn(plan_.id, "whether the topic for cursors is compacted cannot be seen",
              {{"topic", plan_.cursor.topic}, {"reason", config.error.text}});
      return OkStatus();
    }
    const std::string why = WhyCursorsAreForgotten(config);
    if (why.empty()) return OkStatus();
    return Unavailable(CursorTopicSubject(plan_.cursor.topic) + " " + why);
  }

  Status Init() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kInitMs);
    while (true) {
      const Error error = kafka::InitTransactions(*session_.client, kCallMs);
      if (error.ok()) return OkStatus();
      if (!error.retriable || std::chrono::steady_clock::now() > deadline) {
        return Failed(error, "kafka: " + Quoted("transactional id", plan_.transactional_id));
      }
    }
  }

  // In a transaction of its own: whoever is fenced by it can see by whom.
  Status Claim() {
    const std::string subject =
        "kafka: claiming " + Quoted("transactional id", plan_.transactional_id);
    Error error = kafka::BeginTransaction(*session_.client);
    if (!error.ok()) return Failed(error, subject);
    const kafka::Topic topic(session_.client, plan_.cursor.topic);
    const std::string key = CursorBook::ClaimKey(plan_.transactional_id);
    int code = 0;
    const kafka::OutMessage message{.topic = &topic,
                                    .partition = session_.cursor_partition,
                                    .payload = AsBytes(plan_.claim),
                                    .key = AsBytes(key),
                                    .has_key = true};
    if (kafka::Produce(*session_.client, message, &code) != kafka::ProduceResult::kTaken) {
      return Unavailable(kafka::Advice(code, subject));
    }
    error = session_.client->FlushUnattached(kInitMs);
    if (error.ok()) error = kafka::CommitTransaction(*session_.client);
    return error.ok() ? OkStatus() : Failed(error, subject);
  }

  // With `to_claim` until our own claim is seen: everything before it is seen then.
  Status ReadCursor(CursorBook& book, bool to_claim) const {
    kafka::ReadRequest request;
    request.wishes = {.id = plan_.id, .role = kafka::Role::kConsumer, .properties = {}};
    request.wishes.properties = PropertiesForReading(plan_.properties);
    for (int32_t i = 0; i < partitions_; ++i) {
      request.partitions.push_back({plan_.cursor.topic, i, kafka::kFromBeginning});
    }
    request.timeout_ms = kReadMs;
    uint64_t senseless = 0;
    request.visit = [&](const kafka::InMessage& message) {
      const auto value = message.has_payload ? std::optional<Bytes>(message.payload) : std::nullopt;
      if (!book.Take(AsText(message.key), value, message.partition)) ++senseless;
    };
    if (to_claim) request.enough = [&] { return book.ClaimedBy(plan_.claim); };
    const Error error = kafka::ReadToEnd(request);
    if (!error.ok())
      return Failed(error, "kafka: reading the cursor in " + Quoted("topic", plan_.cursor.topic));
    if (senseless > 0) {
      return Unavailable(CursorTopicSubject(plan_.cursor.topic) + " has " +
                         std::to_string(senseless) + " messages of \"" + plan_.transactional_id +
                         "\" that are no cursor; was it written by a newer andond?");
    }
    return OkStatus();
  }

  const SessionPlan& plan_;
  Session session_;
  int32_t partitions_ = 1;
};

}  // namespace

kafka::Properties PropertiesForReading(const kafka::Properties& all) {
  static constexpr std::string_view kTaken[] = {
      "bootstrap.servers", "client.id", "security.", "ssl.",  "sasl.",     "enable.ssl.",
      "socket.",           "broker.",   "log.",      "debug", "test.mock."};
  kafka::Properties taken;
  for (const auto& property : all) {
    const bool wanted = std::ranges::any_of(kTaken, [&property](std::string_view prefix) {
      return property.first.starts_with(prefix);
    });
    if (wanted) taken.push_back(property);
  }
  return taken;
}

Result<Session> OpenSession(const SessionPlan& plan) { return Opening(plan).Run(); }

}  // namespace andon::kafka_output
