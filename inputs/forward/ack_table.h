// Replies that wait until what they acknowledge is durable.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/bytes.h"

namespace andon::forward {

struct WaitingReply {
  uint64_t connection = 0;
  ByteBuffer reply;
};

// Thread: worker.
class AckTable {
 public:
  // Returns the token that brings it back.
  uint64_t Add(WaitingReply reply) {
    waiting_.emplace(++last_token_, std::move(reply));
    return last_token_;
  }
  std::optional<WaitingReply> Take(uint64_t token) {
    const auto at = waiting_.find(token);
    if (at == waiting_.end()) return std::nullopt;
    WaitingReply reply = std::move(at->second);
    waiting_.erase(at);
    return reply;
  }

 private:
  uint64_t last_token_ = 0;
  std::unordered_map<uint64_t, WaitingReply> waiting_;
};

}  // namespace andon::forward
