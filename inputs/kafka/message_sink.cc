#include "inputs/kafka/message_sink.h"

#include <algorithm>
#include <utility>

#include "core/plugin/error_event.h"

namespace andon::kafka_input {

namespace {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

MessageSink::MessageSink(const KafkaInputConfig& config, InputContext& context)
    : config_(config), context_(context), parser_(config.parse()) {}

MessageSink::Slot& MessageSink::SlotOf(std::string_view topic) {
  if (last_ != nullptr && last_->name == topic) return *last_;
  std::unique_ptr<Slot>& slot = slots_[std::string(topic)];
  if (slot == nullptr) {
    const std::string tag = TagOf(config_.tag, topic);
    slot = std::make_unique<Slot>(std::string(topic), tag, ErrorTag(context_.id, tag));
  }
  last_ = slot.get();
  return *slot;
}

void MessageSink::Note(Slot& slot, const kafka::InMessage& message) {
  const auto found =
      std::ranges::find(slot.next, message.partition, &std::pair<int32_t, int64_t>::first);
  if (found != slot.next.end()) {
    found->second = message.offset + 1;
  } else {
    slot.next.emplace_back(message.partition, message.offset + 1);
  }
}

void MessageSink::Add(const kafka::InMessage& message) {
  Slot& slot = SlotOf(message.topic);
  if (slot.next.empty()) used_.push_back(&slot);
  Note(slot, message);
  bytes_ += message.payload.size();
  context_.ledger.Received(1);
  if (!message.has_payload) return context_.ledger.Dropped("tombstone", 1);
  const EventTime time =
      message.timestamp_ms < 0
          ? context_.loop.WallNow()
          : EventTimeFromNanoseconds(message.timestamp_ms * kNanosecondsPerMillisecond);
  const char* why = nullptr;
  {
    RecordWriter record(slot.events, time);
    why = parser_->Parse(AsText(message.payload), record);
    if (why == nullptr) {
      AddFields(message, record);
      record.Commit();
      return;
    }
  }
  AppendErrorEvent(slot.errors, {.time = time,
                                 .reason = why,
                                 .plugin_id = context_.id,
                                 .tag = slot.tag.text(),
                                 .record = {},
                                 .text = AsText(message.payload)});
}

void MessageSink::AddFields(const kafka::InMessage& message, RecordWriter& record) const {
  const MessageFields& fields = config_.fields;
  if (!fields.topic.empty()) record.Field(fields.topic, message.topic);
  if (!fields.partition.empty()) record.Field(fields.partition, int64_t{message.partition});
  if (!fields.offset.empty()) record.Field(fields.offset, message.offset);
  if (!fields.key.empty() && message.has_key) record.Field(fields.key, AsText(message.key));
}

std::vector<kafka::PartitionOffset> MessageSink::Offsets() const {
  std::vector<kafka::PartitionOffset> offsets;
  for (const Slot* slot : used_) {
    for (const auto& [partition, next] : slot->next)
      offsets.push_back({slot->name, partition, next});
  }
  return offsets;
}

void MessageSink::Emit(Emitter& emitter, std::span<const Position> covers, Ack ack) {
  const std::vector<Slot*> slots = std::exchange(used_, {});
  std::vector<EventBatch> batches;
  batches.reserve(slots.size());
  for (Slot* slot : slots) {
    if (!slot->events.empty()) batches.push_back(slot->events.Batch(slot->tag));
    if (slot->errors.empty()) continue;
    context_.ledger.Rejected(slot->errors.count());
    batches.push_back(slot->errors.Batch(slot->error_tag));
  }
  emitter.Emit(batches, covers, std::move(ack));
  for (Slot* slot : slots) {
    slot->events.Clear();
    slot->errors.Clear();
    slot->next.clear();
  }
  bytes_ = 0;
}

}  // namespace andon::kafka_input
