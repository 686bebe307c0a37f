#include "core/kafka/refused_topic.h"

#include "core/kafka/error.h"
#include "core/kafka/handle.h"

namespace andon::kafka {

std::string_view RefusedTopic(std::string_view facility, std::string_view text) {
  constexpr std::string_view kBefore = "Failed to add partition \"";
  const size_t before = text.find(kBefore);
  if (facility != "ADDPARTS" || before == std::string_view::npos) return {};
  if (!text.ends_with(ErrorText(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED))) return {};
  text.remove_prefix(before + kBefore.size());
  return text.substr(0, text.find('"'));
}

}  // namespace andon::kafka
