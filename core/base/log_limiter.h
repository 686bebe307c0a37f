// The log's rate limit: `burst` of one (part, message) in a window, then only a count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/time.h"

namespace andon {

// Not thread-safe.
class LogLimiter {
 public:
  // Remembers at most `capacity` messages; past that the one whose window began first makes room.
  LogLimiter(uint32_t burst, Duration window, size_t capacity = 1024)
      : burst_(burst), window_(window), capacity_(capacity) {}

  struct Verdict {
    bool write;
    uint64_t suppressed;  // With `write`: how many were held back since the last one written.
  };
  Verdict Admit(std::string_view part, std::string_view message, MonotonicTime now);

  // What was held back of a message that has made room for others, and not told yet: so that no
  // count is lost. Resets it.
  uint64_t TakeForgotten();
  size_t size() const { return messages_.size(); }

 private:
  struct Message {
    MonotonicTime window_begin;
    uint32_t written = 0;  // In this window.
    uint64_t suppressed = 0;
  };
  Message& Find(std::string_view part, std::string_view message, MonotonicTime now);
  void ForgetOne();

  const uint32_t burst_;
  const Duration window_;
  const size_t capacity_;
  uint64_t forgotten_ = 0;
  std::string key_;  // Scratch: part, a zero byte, message.
  std::unordered_map<std::string, Message> messages_;
};

}  // namespace andon
