#include "core/base/log_limiter.h"

#include <algorithm>
#include <utility>

namespace andon {

LogLimiter::Verdict LogLimiter::Admit(std::string_view part, std::string_view message,
                                      MonotonicTime now) {
  Message& found = Find(part, message, now);
  if (now - found.window_begin >= window_) {
    found.window_begin = now;
    found.written = 0;
  }
  if (found.written >= burst_) {
    ++found.suppressed;
    return {false, 0};
  }
  ++found.written;
  return {true, std::exchange(found.suppressed, 0)};
}

uint64_t LogLimiter::TakeForgotten() { return std::exchange(forgotten_, 0); }

LogLimiter::Message& LogLimiter::Find(std::string_view part, std::string_view message,
                                      MonotonicTime now) {
  key_.assign(part);
  key_ += '\0';
  key_ += message;
  if (const auto found = messages_.find(key_); found != messages_.end()) return found->second;
  if (messages_.size() >= capacity_) ForgetOne();
  Message& made = messages_[key_];
  made.window_begin = now;
  return made;
}

void LogLimiter::ForgetOne() {
  const auto oldest = std::min_element(
      messages_.begin(), messages_.end(),
      [](const auto& a, const auto& b) { return a.second.window_begin < b.second.window_begin; });
  if (oldest == messages_.end()) return;
  forgotten_ += oldest->second.suppressed;
  messages_.erase(oldest);
}

}  // namespace andon
