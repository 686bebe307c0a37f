// What a cluster says of its topics, and making new ones. Every call blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/kafka/client.h"
#include "core/kafka/error.h"

namespace andon::kafka {

struct TopicInfo {
  Error error;  // kUnknownTopic: there is none.
  int32_t partitions = 0;
};
// A broker with auto.create.topics.enable makes a topic that is asked for.
TopicInfo DescribeTopic(const Client& client, const std::string& name, int timeout_ms);

struct NewTopic {
  std::string name;
  int32_t partitions = -1;   // -1: as the brokers have it.
  int32_t replication = -1;  // The same.
  Properties configs;
};
// Ok when somebody else was faster.
Error CreateTopic(const Client& client, const NewTopic& topic, int timeout_ms);
// Creates the topic unless it is there, then describes it. When it is missing after all, the error
// is that of creating it.
TopicInfo EnsureTopic(const Client& client, const NewTopic& topic, int timeout_ms);

// A topic's configuration by name; an error when nobody may see it.
struct TopicConfig {
  Error error;
  Properties values;
  std::optional<int64_t> Number(std::string_view name) const;
  const std::string* Find(std::string_view name) const;
};
TopicConfig DescribeTopicConfig(const Client& client, const std::string& name, int timeout_ms);

}  // namespace andon::kafka
