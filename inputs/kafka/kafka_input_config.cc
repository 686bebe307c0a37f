#include "inputs/kafka/kafka_input_config.h"

#include <array>

#include "core/config/config_reader.h"
#include "core/event/tag.h"

namespace andon {

using kafka_input::Begin;

template <>
struct EnumNames<Begin> {
  static constexpr std::pair<std::string_view, Begin> kNames[] = {{"earliest", Begin::kEarliest},
                                                                  {"latest", Begin::kLatest}};
};

namespace kafka_input {
namespace {

constexpr std::string_view kTopic = "${topic}";
constexpr std::array<kafka::ReservedProperty, 5> kReserved{{
    {"group.id", "group"},
    {"enable.auto.commit", "group: offsets are committed when their events are durable"},
    {"enable.auto.offset.store", "group: offsets are committed when their events are durable"},
    {"auto.offset.reset", "start"},
    {"enable.partition.eof", "nothing: andon does not need it"},
}};

void ReadFields(ConfigReader& reader, MessageFields* fields) {
  reader.Optional("topic", &fields->topic, "field that gets the topic");
  reader.Optional("partition", &fields->partition, "field that gets the partition");
  reader.Optional("offset", &fields->offset, "field that gets the offset");
  reader.Optional("key", &fields->key, "field that gets the key");
}

// The group's members are told apart by themselves; the journal's offsets belong to one andond.
void AddProperties(const KafkaInputConfig& config, kafka::Properties* properties) {
  const bool in_group = !config.group.empty();
  properties->emplace_back("group.id", in_group ? config.group : "andon-reads-without-a-group");
  properties->emplace_back("enable.auto.commit", in_group ? "true" : "false");
  properties->emplace_back("enable.auto.offset.store", "false");
  const bool latest = in_group && config.start == Begin::kLatest;
  properties->emplace_back("auto.offset.reset", latest ? "latest" : "earliest");
  // An input that is paused does not poll, and is alive all the same.
  properties->emplace_back("max.poll.interval.ms", "86400000");
  properties->emplace_back("queued.max.messages.kbytes", "16384");
}

}  // namespace

std::string TagOf(const std::string& tag, std::string_view topic) {
  std::string text = tag;
  for (size_t at = text.find(kTopic); at != std::string::npos; at = text.find(kTopic, at)) {
    text.replace(at, kTopic.size(), topic);
    at += topic.size();
  }
  return text;
}

Result<KafkaInputConfig> KafkaInputConfig::Parse(const ConfigNode& node) {
  KafkaInputConfig config;
  ConfigReader reader(node);
  config.tag = "kafka.${topic}";
  reader.Required("topics", &config.topics,
                  "topics to read; with a group also patterns as ^logs[.]");
  reader.Optional("group", &config.group,
                  "consumer group to share the topics with others: at least once; empty: all "
                  "partitions are ours, and the journal has the offsets: exactly once");
  reader.Optional("start", &config.start, "where to begin when there is no offset yet");
  reader.Optional("tag", &config.tag, "tag of each event: may hold ${topic}");
  ReadPlugin<Parser>(reader, "parse", &config.parse, "json", "how messages become records");
  reader.Section("fields", true, "what a record gets from its message",
                 [&config](ConfigReader& child) { ReadFields(child, &config.fields); });
  kafka::ReadClientOptions(reader, kafka::Role::kConsumer, kReserved, &config.client);
  if (!reader.describing()) {
    for (const std::string& topic : config.topics) {
      if (config.group.empty() && topic.starts_with('^')) {
        reader.Fail("topics", "patterns need a group; \"" + topic + "\" is one");
      }
      const Status tag = CheckTag(TagOf(config.tag, topic));
      if (!tag.ok()) reader.Fail("tag", std::string(tag.message()));
    }
    AddProperties(config, &config.client.properties);
  }
  RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace kafka_input
}  // namespace andon
