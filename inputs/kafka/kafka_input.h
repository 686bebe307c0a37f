// The Kafka input itself: messages become events, and how far it has read goes with them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/kafka/call_thread.h"
#include "core/kafka/consumer.h"
#include "core/kafka/statistics.h"
#include "core/plugin/input.h"
#include "inputs/kafka/kafka_input_config.h"
#include "inputs/kafka/message_sink.h"
#include "inputs/kafka/offset_position.h"

namespace andon::kafka_input {

// Without a group this worker reads its share of all partitions, and each record of the journal
// says up to which offset: after a crash nothing is read twice and nothing left out. With a group
// offsets are committed once their events are durable: what was read but not committed when a
// partition moves comes again.
//
// Thread: worker.
class KafkaInput final : public Input, private kafka::Consumer::Listener {
 public:
  using Config = KafkaInputConfig;
  explicit KafkaInput(const Config& config);
  ~KafkaInput() override;

  Status Prepare(InputContext& context) override;
  void Start(Emitter& emitter) override;
  void Pause() override;
  void Resume() override;
  void Stop(UniqueFunction<void()> done) override;
  void OnAck(uint64_t token, Outcome outcome) override;

 private:
  // What is known of the cluster before reading.
  struct Found {
    std::shared_ptr<kafka::Consumer> consumer;
    Status status;
    std::string cluster;
    std::vector<kafka::PartitionOffset> partitions;  // `offset` is the end, when it was asked for.
  };
  static Found Look(std::shared_ptr<kafka::Consumer> consumer, const kafka::Client::Wishes& wishes,
                    const Config& config);
  static void LookAtTopics(const Config& config, Found& found);
  static Status AddPartitions(const std::string& topic, const std::vector<int32_t>& ids,
                              Begin start, Found& found);
  std::optional<StoredOffset> PositionOf(const kafka::PartitionOffset& partition) const;
  std::set<std::string> TopicsBegun(const Found& found) const;

  void OnMessage(const kafka::InMessage& message) override;
  void OnError(const kafka::Error& error, std::string_view subject) override;
  void OnStatistics(std::string_view json) override;

  void Open();
  void Opened(const Found& found);
  void LookAgainIn(Duration delay);
  Status Take(const Found& found);
  void Assign(const Found& found);
  void Poll();
  void CloseConsumer(UniqueFunction<void()> closed);
  bool in_group() const { return !config_.group.empty(); }

  const Config config_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;
  std::unique_ptr<kafka::Mailbox> mailbox_;
  std::unique_ptr<kafka::CallThread> calls_;
  std::unique_ptr<kafka::Statistics> statistics_;
  std::unique_ptr<MessageSink> sink_;
  std::shared_ptr<kafka::Consumer> consumer_;
  std::string cluster_;
  std::unordered_map<std::string, bool> assigned_;  // By source.
  std::map<uint64_t, std::vector<kafka::PartitionOffset>> unacked_;
  uint64_t next_token_ = 1;
  bool paused_ = false;
  std::unique_ptr<Timer> timer_;
  int failures_ = 0;
};

}  // namespace andon::kafka_input
