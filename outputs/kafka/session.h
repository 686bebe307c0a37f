// Making a client that may produce: everything that blocks before the first message.
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/kafka/client.h"
#include "outputs/kafka/cursor_book.h"
#include "outputs/kafka/kafka_output_config.h"

namespace andon::kafka_output {

struct SessionPlan {
  std::string id;  // The output's.
  kafka::Properties properties;
  // Exactly once; an empty id: not.
  std::string transactional_id;
  CursorTopic cursor;
  std::string claim;  // Who this is.
  // The id was ours already. When the claim is another one now, somebody has taken it; when it is
  // still ours, a fencing was only a time-out of the coordinator.
  bool claimed_before = false;
  bool one_by_one = false;  // A batch for each message.
  int64_t batch_bytes = 0;  // The largest batch; 0: as librdkafka has it.
};

struct Session {
  std::shared_ptr<kafka::Client> client;
  std::string cluster_id;
  CursorBook book{""};
  int32_t cursor_partition = 0;
  bool taken_over = false;  // Somebody else has claimed the id: nothing was opened.
};

// Blocks for up to some tens of seconds. A transactional one has fenced whoever had the id before,
// and knows everything that was ever committed under it.
Result<Session> OpenSession(const SessionPlan& plan);

// Those that a consumer may have too: it complains of what is about producing only.
kafka::Properties PropertiesForReading(const kafka::Properties& all);

}  // namespace andon::kafka_output
