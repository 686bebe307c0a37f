#include "outputs/kafka/cursor_topic.h"

namespace andon::kafka_output {

std::string CursorTopicSubject(std::string_view name) {
  return "kafka: cursor topic \"" + std::string(name) + "\"";
}

std::string WhyCursorsAreForgotten(const kafka::TopicConfig& config) {
  const std::string* const policy = config.error.ok() ? config.Find("cleanup.policy") : nullptr;
  if (policy == nullptr || *policy == "compact") return "";
  return "has cleanup.policy=" + *policy + ", which forgets cursors; set cleanup.policy=compact";
}

}  // namespace andon::kafka_output
