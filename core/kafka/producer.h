// Producing, in transactions or not.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/kafka/client.h"
#include "core/kafka/error.h"

struct rd_kafka_topic_s;

namespace andon::kafka {

// A topic as a producer knows it. Destroyed before its client. Thread: the loop's.
class Topic {
 public:
  Topic(std::shared_ptr<Client> client, const std::string& name);
  ~Topic();
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;
  rd_kafka_topic_s* handle() const { return handle_; }

 private:
  const std::shared_ptr<Client> client_;
  rd_kafka_topic_s* const handle_;
};

inline constexpr int32_t kAnyPartition = -1;

struct Header {
  std::string_view name;
  std::string_view value;
};

// Everything is borrowed: the payload until its delivery report, the rest during the call.
struct OutMessage {
  const Topic* topic = nullptr;
  int32_t partition = kAnyPartition;
  Bytes payload;
  Bytes key;
  bool has_key = false;
  int64_t timestamp_ms = 0;  // 0: now.
  std::span<const Header> headers;
  void* opaque = nullptr;
};

enum class ProduceResult : uint8_t {
  kTaken,  // A delivery report will come.
  kFull,   // librdkafka's queue is: try again after the next report.
  kRefused,
};
// Never blocks. `code` says why it was refused.
ProduceResult Produce(const Client& client, const OutMessage& message, int* code);

// The calls of a transaction. Those that block must run away from the loop that serves the
// client's events, since they wait for delivery reports too.
Error InitTransactions(const Client& client, int timeout_ms);  // Blocks.
Error BeginTransaction(const Client& client);
Error CommitTransaction(const Client& client);  // Blocks up to transaction.timeout.ms.
Error AbortTransaction(const Client& client);   // Blocks up to transaction.timeout.ms.

}  // namespace andon::kafka
