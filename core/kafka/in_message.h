// What comes out of a topic, and places in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace andon::kafka {

inline constexpr int64_t kFromBeginning = -2;

struct PartitionOffset {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = kFromBeginning;  // The next one to read.
};

// Borrowed during the call that gives it.
struct InMessage {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  Bytes key;
  bool has_key = false;
  Bytes payload;
  bool has_payload = false;   // False: a tombstone.
  int64_t timestamp_ms = -1;  // -1: none.
};

}  // namespace andon::kafka
