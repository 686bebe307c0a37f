#include "core/kafka/read_to_end.h"

#include <chrono>
#include <set>
#include <utility>

#include "core/kafka/conversion.h"
#include "core/kafka/topic_admin.h"

namespace andon::kafka {

namespace {

constexpr int kPollMs = 200;
constexpr int kMeetMs = 5'000;

Error Made(int code) {
  return {.code = code, .verdict = VerdictOf(code), .text = std::string(ErrorText(code))};
}

// Which partitions have not been read to their end yet.
class Progress {
 public:
  explicit Progress(const std::vector<PartitionOffset>& partitions) {
    for (const auto& one : partitions) left_.emplace(one.topic, one.partition);
  }
  void AtEnd(const rd_kafka_message_t& message) {
    left_.erase({rd_kafka_topic_name(message.rkt), message.partition});
  }
  bool done() const { return left_.empty(); }

 private:
  std::set<std::pair<std::string, int32_t>> left_;
};

// A partition that is assigned while its broker is not known is looked at again half a second
// later.
void Meet(const Client& client, const std::vector<PartitionOffset>& partitions) {
  std::set<std::string> topics;
  for (const auto& one : partitions) topics.insert(one.topic);
  for (const std::string& topic : topics) (void)DescribeTopic(client, topic, kMeetMs);
}

// True when nothing that comes later can help.
bool Ends(int code) {
  if (IsAboutGroupRights(code)) return false;
  const Verdict verdict = VerdictOf(code);
  return verdict == Verdict::kNotAllowed || verdict == Verdict::kUnknownTopic ||
         code == RD_KAFKA_RESP_ERR__FATAL;
}

}  // namespace

Error ReadToEnd(const ReadRequest& request) {
  Client::Wishes wishes = request.wishes;
  wishes.role = Role::kConsumer;
  wishes.properties.emplace_back("group.id", "andon-reads-without-a-group");
  wishes.properties.emplace_back("enable.auto.commit", "false");
  wishes.properties.emplace_back("enable.partition.eof", "true");
  wishes.properties.emplace_back("isolation.level", "read_committed");
  wishes.properties.emplace_back("auto.offset.reset", "earliest");
  wishes.properties.emplace_back("check.crcs", "true");
  wishes.properties.emplace_back("fetch.wait.max.ms", "50");
  const auto client = Client::Make(wishes);
  if (!client.ok()) {
    return {.code = RD_KAFKA_RESP_ERR__INVALID_ARG,
            .verdict = Verdict::kFatal,
            .text = std::string(client.status().message())};
  }
  rd_kafka_t* const handle = (*client)->handle();
  rd_kafka_poll_set_consumer(handle);
  Meet(**client, request.partitions);
  const PartitionsPtr assignment(
      rd_kafka_topic_partition_list_new(static_cast<int>(request.partitions.size())));
  for (const PartitionOffset& one : request.partitions) {
    rd_kafka_topic_partition_list_add(assignment.get(), one.topic.c_str(), one.partition)->offset =
        one.offset;
  }
  if (const auto code = rd_kafka_assign(handle, assignment.get());
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Made(code);
  }
  Progress progress(request.partitions);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(request.timeout_ms);
  while (!progress.done() || (request.enough && !request.enough())) {
    if (std::chrono::steady_clock::now() > deadline) return Made(RD_KAFKA_RESP_ERR__TIMED_OUT);
    const MessagePtr message(rd_kafka_consumer_poll(handle, kPollMs));
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      request.visit(MessageOf(*message));
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      progress.AtEnd(*message);
    } else if (Ends(message->err)) {
      return Made(message->err);
    }
  }
  return {};
}

}  // namespace andon::kafka
