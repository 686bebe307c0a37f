#include "inputs/kafka/offset_position.h"

#include <charconv>

namespace andon::kafka_input {

std::string OffsetSource(std::string_view input_id, std::string_view topic, int32_t partition) {
  std::string source = "kafka:";
  source.append(input_id).append(":").append(topic).append(":");
  return source + std::to_string(partition);
}

std::string EncodeOffset(int64_t next, std::string_view cluster) {
  return std::to_string(next) + " " + std::string(cluster);
}

std::optional<StoredOffset> DecodeOffset(std::string_view text) {
  StoredOffset stored;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), stored.next);
  const size_t used = static_cast<size_t>(end - text.data());
  if (error != std::errc() || stored.next < 0) return std::nullopt;
  if (used == text.size() || text[used] != ' ') return std::nullopt;
  stored.cluster = text.substr(used + 1);
  return stored;
}

}  // namespace andon::kafka_input
