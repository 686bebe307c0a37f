// The options of the Kafka output.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/event/text_template.h"
#include "core/kafka/client_options.h"
#include "core/plugin/formatter.h"
#include "core/plugin/registry.h"

namespace andon::kafka_output {

enum class Acks : uint8_t { kAll, kLeader, kNone };
enum class Timestamp : uint8_t { kEvent, kNow };
enum class Compression : uint8_t { kNone, kLz4, kZstd, kGzip, kSnappy };
enum class WhenLost : uint8_t { kStop, kGoOn };

struct HeaderTemplate {
  std::string name;
  TextTemplate value;
  bool identity = false;  // `${event_id}`: no template knows it.
};

struct TopicCreation {
  bool enabled = false;
  int partitions = -1;
  int replication = -1;
};

// Where the cursor is kept, with what was written.
struct CursorTopic {
  std::string topic = "andon-cursors";
  bool create = true;
  bool check = true;
  int replication = -1;
  WhenLost when_lost = WhenLost::kStop;
};

struct KafkaOutputConfig {
  kafka::ClientOptions client;
  TextTemplate topic;
  TextTemplate key;        // Empty text: none.
  TextTemplate partition;  // Empty text: librdkafka chooses.
  std::vector<HeaderTemplate> headers;
  Timestamp timestamp = Timestamp::kEvent;
  Factory<Formatter> format;
  bool strip_line_end = true;
  Acks acks = Acks::kAll;
  bool exactly_once = true;
  TopicCreation create_topics;
  CursorTopic cursor;
  bool spread = true;              // andon chooses the partitions of messages without a key.
  size_t batch_bytes = 1'000'000;  // The largest that librdkafka makes.

  static Result<KafkaOutputConfig> Parse(const ConfigNode& node);
};

}  // namespace andon::kafka_output
