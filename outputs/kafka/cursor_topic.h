// What is said of the topic that holds the cursors.
#pragma once

#include <string>
#include <string_view>

#include "core/kafka/topic_admin.h"

namespace andon::kafka_output {

// For messages about it: `kafka: cursor topic "andon-cursors"`.
std::string CursorTopicSubject(std::string_view name);

// Both go behind a subject.
inline constexpr std::string_view kNoCursorTopic =
    "does not exist; create it with cleanup.policy=compact, or set cursor: {create: true}";
// What is not compacted is deleted after some days, and then everything would come again. Empty:
// the topic is compacted, or nobody may see whether it is.
std::string WhyCursorsAreForgotten(const kafka::TopicConfig& config);

}  // namespace andon::kafka_output
