// The options of the Kafka input.
#pragma once

#include <string>
#include <vector>

#include "core/kafka/client_options.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon::kafka_input {

enum class Begin : uint8_t { kEarliest, kLatest };

// Fields that a record gets from its message; empty: none.
struct MessageFields {
  std::string topic;
  std::string partition;
  std::string offset;
  std::string key;
};

struct KafkaInputConfig {
  kafka::ClientOptions client;
  std::vector<std::string> topics;
  std::string group;  // Empty: our journal has the offsets.
  Begin start = Begin::kEarliest;
  std::string tag;
  Factory<Parser> parse;
  MessageFields fields;

  static Result<KafkaInputConfig> Parse(const ConfigNode& node);
};

// `tag` with the topic in place of ${topic}.
std::string TagOf(const std::string& tag, std::string_view topic);

}  // namespace andon::kafka_input
