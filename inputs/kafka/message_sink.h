// Messages of one round of reading as batches: one a topic, and one of what could not be parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/kafka/in_message.h"
#include "core/plugin/emitter.h"
#include "core/plugin/input.h"
#include "inputs/kafka/kafka_input_config.h"

namespace andon::kafka_input {

// Thread: the worker's.
class MessageSink {
 public:
  MessageSink(const KafkaInputConfig& config, InputContext& context);

  void Add(const kafka::InMessage& message);
  size_t bytes() const { return bytes_; }
  bool empty() const { return used_.empty(); }
  // The next offset of each partition that something was added from.
  std::vector<kafka::PartitionOffset> Offsets() const;
  // Emits what was added and begins anew.
  void Emit(Emitter& emitter, std::span<const Position> covers, Ack ack);

 private:
  struct Slot {
    Slot(std::string topic, std::string of_events, std::string of_errors)
        : name(std::move(topic)), tag(std::move(of_events)), error_tag(std::move(of_errors)) {}
    const std::string name;
    const Tag tag;
    const Tag error_tag;
    BatchBuilder events;
    BatchBuilder errors;
    std::vector<std::pair<int32_t, int64_t>> next;  // By partition, of this round.
  };
  Slot& SlotOf(std::string_view topic);
  static void Note(Slot& slot, const kafka::InMessage& message);
  void AddFields(const kafka::InMessage& message, RecordWriter& record) const;

  const KafkaInputConfig& config_;
  InputContext& context_;
  const std::unique_ptr<Parser> parser_;
  std::unordered_map<std::string, std::unique_ptr<Slot>> slots_;
  Slot* last_ = nullptr;
  std::vector<Slot*> used_;
  size_t bytes_ = 0;
};

}  // namespace andon::kafka_input
