// How far a partition has been read, as the journal has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace andon::kafka_input {

// `kafka:<input id>:<topic>:<partition>`
std::string OffsetSource(std::string_view input_id, std::string_view topic, int32_t partition);

// `<next offset> <cluster id>`
std::string EncodeOffset(int64_t next, std::string_view cluster);
struct StoredOffset {
  int64_t next = 0;
  std::string cluster;
};
std::optional<StoredOffset> DecodeOffset(std::string_view text);

}  // namespace andon::kafka_input
