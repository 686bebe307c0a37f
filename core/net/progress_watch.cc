#include "core/net/progress_watch.h"

#include <algorithm>

namespace andon {

void ProgressWatch::Begin(uint64_t message, size_t bytes, MonotonicTime now) {
  message_ = message;
  bytes_ = bytes;
  since_ = now;
}

bool ProgressWatch::IsStalled(uint64_t message, size_t bytes, MonotonicTime now) {
  if (message_ != message || bytes >= bytes_ + kLeastBytes) Begin(message, bytes, now);
  return now - since_ >= limit_;
}

void ProgressWatch::ShortenLimit() { limit_ = std::max(limit_ / 2, kInterval); }

}  // namespace andon
