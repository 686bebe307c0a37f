// Reading a few partitions from front to end, at once.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/kafka/client.h"
#include "core/kafka/error.h"
#include "core/kafka/in_message.h"

namespace andon::kafka {

// Reads all messages of `partitions` until each has been read to the end that it has for a reader
// of committed messages, and `enough` (may be empty) is true; blocks up to `timeout_ms`.
struct ReadRequest {
  Client::Wishes wishes;
  std::vector<PartitionOffset> partitions;
  int timeout_ms = 0;
  std::function<void(const InMessage&)> visit;
  std::function<bool()> enough;
};
Error ReadToEnd(const ReadRequest& request);

}  // namespace andon::kafka
