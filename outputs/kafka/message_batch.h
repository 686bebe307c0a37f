// A chunk's events as messages: written once, borrowed by librdkafka until it reports.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event/chunk.h"
#include "core/kafka/producer.h"
#include "core/plugin/output.h"
#include "outputs/kafka/kafka_output_config.h"
#include "outputs/kafka/spread.h"
#include "outputs/kafka/topic_table.h"

namespace andon::kafka_output {

struct Delivery;

struct Message {
  static constexpr uint32_t kNoKey = UINT32_MAX;
  Delivery* delivery = nullptr;
  TopicEntry* topic = nullptr;
  Sequence event = 0;
  size_t begin = 0;  // Payload, then key, then headers.
  uint32_t payload_bytes = 0;
  uint32_t key_bytes = kNoKey;
  int32_t partition = kafka::kAnyPartition;  // As the configuration has it.
  int32_t spread_to = Spread::kNone;         // Without that and without a key.
  int64_t timestamp_ms = 0;
};

struct MessageBatch {
  ByteBuffer bytes;
  std::vector<Message> messages;
  std::vector<uint32_t> header_bytes;  // Of each header of each message, in order.
  std::vector<TopicEntry*> topics;     // Each once.
};

// Writes batches. Keeps scratch memory. Thread: output.
class MessageWriter {
 public:
  MessageWriter(const KafkaOutputConfig& config, std::string hostname, TopicTable& topics);

  // The chunk's events without those that are in `delivered` (may be null). What has no place in
  // Kafka is added to `rejected`.
  std::shared_ptr<MessageBatch> Write(const Chunk& chunk, const RunSet* delivered,
                                      std::vector<Rejection>* rejected);
  // As librdkafka takes it; `headers` is room for its headers.
  kafka::OutMessage Out(const MessageBatch& batch, size_t index,
                        std::vector<kafka::Header>* headers) const;

 private:
  struct Target {
    TopicEntry* topic = nullptr;
    int32_t partition = kafka::kAnyPartition;
  };
  void WritePiece(const Chunk& chunk, const Piece& piece, const RunSet* delivered,
                  std::vector<Rejection>* rejected);
  std::optional<std::string> FindTarget(const Piece& piece, const EntryView& entry, Target* target);
  std::optional<std::string> FindTopic(const Piece& piece, const EntryView& entry, Target* target);
  void WriteMessage(const Piece& piece, const EntryView& entry, Message message);
  void WriteHeaders(const Piece& piece, const EntryView& entry, const Run& identity);

  const KafkaOutputConfig& config_;
  const std::string hostname_;
  TopicTable& topics_;
  const std::unique_ptr<Formatter> formatter_;
  const bool constant_topic_;
  ByteBuffer scratch_;
  TopicEntry* last_topic_ = nullptr;
  std::shared_ptr<MessageBatch> batch_;
};

}  // namespace andon::kafka_output
