#include "outputs/kafka/prober.h"

#include <memory>
#include <utility>

#include "core/event/batch_builder.h"
#include "core/kafka/client.h"
#include "core/kafka/topic_admin.h"
#include "outputs/kafka/cursor_topic.h"
#include "outputs/kafka/session.h"

namespace andon::kafka_output {
namespace {

using kafka::Client;

class Probing {
 public:
  Probing(const std::string& id, const std::string& hostname, const KafkaOutputConfig& config,
          int timeout_ms)
      : id_(id), hostname_(hostname), config_(config), timeout_ms_(timeout_ms) {}

  std::vector<ProbeFinding> Run() {
    if (!TryProperties() || !Meet()) return std::move(findings_);
    if (config_.topic.constant()) AskTopic();
    if (config_.exactly_once) AskCursorTopic();
    return std::move(findings_);
  }

 private:
  void Add(std::string what, Status status = OkStatus()) {
    findings_.push_back({std::move(what), std::move(status)});
  }

  // Some properties are refused only together, and only by a producer.
  bool TryProperties() {
    kafka::Properties properties = config_.client.All();
    if (config_.exactly_once) properties.emplace_back("transactional.id", "andon-check");
    const auto producer = Client::Make(
        {.id = id_, .role = kafka::Role::kProducer, .properties = std::move(properties)});
    if (!producer.ok()) Add("options tls, sasl and rdkafka", producer.status());
    return producer.ok();
  }

  // As a consumer: brokers make topics that a producer asks for.
  bool Meet() {
    const std::string* const brokers = Brokers();
    const std::string what =
        (brokers == nullptr ? "brokers" : *brokers) + ": address and credentials";
    auto client = Client::Make({.id = id_,
                                .role = kafka::Role::kConsumer,
                                .properties = PropertiesForReading(config_.client.All())});
    if (!client.ok()) {
      Add(what, client.status());
      return false;
    }
    client_ = *std::move(client);
    const bool met = !client_->ClusterId(timeout_ms_).empty();
    Add(what, met ? OkStatus() : Unavailable(client_->WhyNobodyAnswers()));
    return met;
  }
  const std::string* Brokers() const {
    const std::string* found = nullptr;
    for (const auto& [name, value] : config_.client.properties) {
      if (name == "bootstrap.servers") found = &value;
    }
    return found;
  }

  std::string TopicName() const {
    BatchBuilder none;
    RecordWriter(none, {}).Commit();
    ByteBuffer name;
    config_.topic.Render("", *EntryIterator(none.Batch(Tag("none")).entries), hostname_, name);
    return std::string(name.text());
  }
  void AskTopic() {
    const std::string name = TopicName();
    const kafka::TopicInfo info = kafka::DescribeTopic(*client_, name, timeout_ms_);
    const std::string what = "topic \"" + name + "\"";
    if (info.error.verdict != kafka::Verdict::kUnknownTopic) return Describe(what, info);
    if (config_.create_topics.enabled) return Add(what + ": will be created");
    Add(what, Unavailable("does not exist; create it, or set create_topics"));
  }

  void AskCursorTopic() {
    const std::string& name = config_.cursor.topic;
    const kafka::TopicInfo info = kafka::DescribeTopic(*client_, name, timeout_ms_);
    const std::string what = "topic \"" + name + "\" for cursors";
    if (info.error.verdict == kafka::Verdict::kUnknownTopic) {
      if (config_.cursor.create) return Add(what + ": will be created");
      return Add(what, Unavailable(std::string(kNoCursorTopic)));
    }
    Describe(what, info);
    if (!info.error.ok() || !config_.cursor.check) return;
    const std::string why =
        WhyCursorsAreForgotten(kafka::DescribeTopicConfig(*client_, name, timeout_ms_));
    if (!why.empty()) Add(what, Unavailable(why));
  }

  void Describe(const std::string& what, const kafka::TopicInfo& info) {
    if (info.error.ok()) {
      return Add(what + ", " + std::to_string(info.partitions) +
                 (info.partitions == 1 ? " partition" : " partitions"));
    }
    Add(what, Unavailable(kafka::Advice(info.error, what)));
  }

  const std::string& id_;
  const std::string& hostname_;
  const KafkaOutputConfig& config_;
  const int timeout_ms_;
  std::shared_ptr<Client> client_;
  std::vector<ProbeFinding> findings_;
};

}  // namespace

std::vector<ProbeFinding> ProbeCluster(const std::string& id, const std::string& hostname,
                                       const KafkaOutputConfig& config, int timeout_ms) {
  return Probing(id, hostname, config, timeout_ms).Run();
}

}  // namespace andon::kafka_output
