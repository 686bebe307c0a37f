// What Kafka and librdkafka complain of, told apart by what one can do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace andon::kafka {

enum class Verdict : uint8_t {
  kOk,
  kTryAgain,      // The network, a leader that moves, a time-out.
  kTooLarge,      // Of a message, or of the batch that it stood in.
  kBadMessage,    // A message of the batch that the broker will never take.
  kUnknownTopic,  // There is no such topic or partition.
  kNotAllowed,
  kFenced,  // Somebody else has our transactional id, or its coordinator gave us up.
  kFatal,   // This client is of no use any more.
};

struct Error {
  int code = 0;  // rd_kafka_resp_err_t
  Verdict verdict = Verdict::kOk;
  bool needs_abort = false;  // The transaction cannot be committed any more.
  bool fatal = false;        // The client must be made anew.
  bool retriable = false;    // The same call goes on with what it began.
  std::string text;          // librdkafka's words.

  bool ok() const { return code == 0; }
};

Verdict VerdictOf(int code);
// Rights on a consumer group are missing: librdkafka asks for its coordinator even where nothing
// but partitions is read, which need no group.
bool IsAboutGroupRights(int code);
// "Broker: Message size too large"
std::string_view ErrorText(int code);
// "not allowed to write topic \"logs\": grant WRITE and DESCRIBE ..." where it is about rights,
// else librdkafka's words. `subject` is what it happened to: `topic "logs"`.
std::string AdviceOnRights(std::string_view topic_subject);
std::string Advice(const Error& error, std::string_view subject);
std::string Advice(int code, std::string_view subject);

}  // namespace andon::kafka
