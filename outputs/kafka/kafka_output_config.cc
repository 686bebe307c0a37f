#include "outputs/kafka/kafka_output_config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/config/config_reader.h"
#include "core/plugin/template_value.h"

namespace andon {

using kafka_output::Acks;
using kafka_output::Compression;
using kafka_output::Timestamp;
using kafka_output::WhenLost;

template <>
struct EnumNames<Acks> {
  static constexpr std::pair<std::string_view, Acks> kNames[] = {
      {"all", Acks::kAll}, {"leader", Acks::kLeader}, {"none", Acks::kNone}};
};
template <>
struct EnumNames<Timestamp> {
  static constexpr std::pair<std::string_view, Timestamp> kNames[] = {{"event", Timestamp::kEvent},
                                                                      {"now", Timestamp::kNow}};
};
template <>
struct EnumNames<Compression> {
  static constexpr std::pair<std::string_view, Compression> kNames[] = {
      {"none", Compression::kNone},
      {"lz4", Compression::kLz4},
      {"zstd", Compression::kZstd},
      {"gzip", Compression::kGzip},
      {"snappy", Compression::kSnappy}};
};
template <>
struct EnumNames<WhenLost> {
  static constexpr std::pair<std::string_view, WhenLost> kNames[] = {{"stop", WhenLost::kStop},
                                                                     {"go_on", WhenLost::kGoOn}};
};

namespace kafka_output {
namespace {

constexpr std::string_view kIdentity = "${event_id}";
constexpr std::array<kafka::ReservedProperty, 4> kReserved{{
    {"acks", "acks"},
    {"request.required.acks", "acks"},
    {"compression.codec", "compression"},
    {"compression.type", "compression"},
}};
constexpr std::array<kafka::ReservedProperty, 6> kReservedOnce{{
    {"acks", "exactly_once: false and acks"},
    {"request.required.acks", "exactly_once: false and acks"},
    {"enable.idempotence", "exactly_once: false and acks"},
    {"compression.codec", "compression"},
    {"compression.type", "compression"},
    {"isolation.level", "nothing: the cursor is read committed"},
}};

void ReadHeaders(ConfigReader& reader, std::vector<HeaderTemplate>* headers) {
  std::vector<std::pair<std::string, std::string>> texts;
  reader.Optional("headers", &texts,
                  "headers by name: templates as in topic, or ${event_id}, the event's identity");
  for (const auto& [name, text] : texts) {
    HeaderTemplate header{.name = name, .value = {}, .identity = text == kIdentity};
    if (!header.identity) {
      auto value = TextTemplate::Parse(text);
      if (!value.ok()) reader.Fail("headers", std::string(value.status().message()));
      if (value.ok()) header.value = *std::move(value);
    }
    headers->push_back(std::move(header));
  }
}

// Text formats end a line; a message needs no line end. msgpack's last byte may look like one.
bool StripsLineEnd(const ConfigNode& format) {
  if (format.kind() == ConfigNode::Kind::kScalar) return format.text() != "msgpack";
  if (format.kind() != ConfigNode::Kind::kMap) return true;
  return format.Get("type").text() != "msgpack" && !format.Has("add_newline");
}

void ReadCursor(ConfigReader& reader, CursorTopic* cursor) {
  reader.Optional("topic", &cursor->topic,
                  "compacted topic that says what was delivered; many outputs may share it");
  reader.Optional("create", &cursor->create, "create it when it is not there");
  reader.Optional("check", &cursor->check,
                  "look whether it is compacted, which needs the right DESCRIBE_CONFIGS");
  reader.Optional("replication", &cursor->replication, "of a new one; -1: as the brokers have it");
  reader.Optional("when_lost", &cursor->when_lost,
                  "what to do when the cursor is gone from the topic: stop, or go_on with what the "
                  "journal knows, which may deliver some events again");
}

void ReadCreation(ConfigReader& reader, TopicCreation* creation) {
  creation->enabled = true;
  reader.Optional("partitions", &creation->partitions,
                  "of a new topic; -1: as the brokers have it");
  reader.Optional("replication", &creation->replication,
                  "of a new topic; -1: as the brokers have it");
}

// Who chooses how librdkafka spreads messages has his way.
void ReadOwn(const kafka::ClientOptions& client, KafkaOutputConfig* config) {
  config->spread = config->partition.text().empty() && client.Find("partitioner") == nullptr &&
                   client.Find("sticky.partitioning.linger.ms") == nullptr;
  for (const char* name : {"batch.size", "message.max.bytes"}) {
    const std::string* const text = client.Find(name);
    size_t limit = 0;
    if (text == nullptr) continue;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (read.ec == std::errc()) config->batch_bytes = std::min(config->batch_bytes, limit);
  }
}

void AddProperties(const KafkaOutputConfig& config, Compression compression,
                   kafka::Properties* properties) {
  static constexpr std::pair<Acks, std::string_view> kAcks[] = {
      {Acks::kAll, "all"}, {Acks::kLeader, "1"}, {Acks::kNone, "0"}};
  for (const auto& [acks, text] : kAcks) {
    if (acks == config.acks) properties->emplace_back("acks", text);
  }
  properties->emplace_back("enable.idempotence", config.acks == Acks::kAll ? "true" : "false");
  properties->emplace_back("compression.codec", ConfigValue<Compression>::ToText(compression));
  // Chunks are what bounds the queue; so many messages of the shortest kind fit into them.
  properties->emplace_back("queue.buffering.max.messages", "1000000");
  properties->emplace_back("queue.buffering.max.kbytes", "65536");
  // Batches are bounded by their bytes.
  properties->emplace_back("batch.num.messages", "100000");
}

}  // namespace

Result<KafkaOutputConfig> KafkaOutputConfig::Parse(const ConfigNode& node) {
  KafkaOutputConfig config;
  ConfigReader reader(node);
  Compression compression = Compression::kLz4;
  reader.Required("topic", &config.topic,
                  "topic of each event: may hold ${tag}, ${tag_parts[n]}, ${hostname}, "
                  "${record[\"key\"]} and the other placeholders");
  reader.Optional("key", &config.key, "key of each event, the same way; without a value: none");
  reader.Optional("partition", &config.partition,
                  "number of the partition, the same way; empty: by the key, as librdkafka has it; "
                  "without a key "
                  "in turns");
  ReadHeaders(reader, &config.headers);
  reader.Optional("timestamp", &config.timestamp, "of the messages: the event's time, or now");
  ReadPlugin<Formatter>(reader, "format", &config.format, "json", "how each event is written");
  reader.Optional("compression", &compression, "of the batches");
  reader.Optional("acks", &config.acks,
                  "which brokers must have a message before it counts as delivered");
  reader.Optional("exactly_once", &config.exactly_once,
                  "write in transactions, with the cursor in them: readers of committed messages "
                  "see every event once; false: at least once");
  reader.Section("create_topics", true, "create topics that are not there",
                 [&config](ConfigReader& child) { ReadCreation(child, &config.create_topics); });
  reader.Section("cursor", true, "where exactly_once keeps its cursor",
                 [&config](ConfigReader& child) { ReadCursor(child, &config.cursor); });
  kafka::ReadClientOptions(reader, kafka::Role::kProducer,
                           config.exactly_once
                               ? std::span<const kafka::ReservedProperty>(kReservedOnce)
                               : std::span<const kafka::ReservedProperty>(kReserved),
                           &config.client);
  if (!reader.describing()) {
    config.strip_line_end = StripsLineEnd(node.Get("format"));
    if (config.exactly_once && config.acks != Acks::kAll) {
      reader.Fail("acks", "must be all with exactly_once");
    }
    ReadOwn(config.client, &config);
    AddProperties(config, compression, &config.client.properties);
  }
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace kafka_output
}  // namespace andon
