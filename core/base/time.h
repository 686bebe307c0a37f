// Durations, the monotonic clock's time, and the time of an event.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace andon {

using Duration = std::chrono::nanoseconds;
// Loop::Now(): never jumps. Comparable within one process only.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Seconds since 1970-01-01T00:00:00Z and nanoseconds (0 to 999,999,999), as in forward's EventTime
// (https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#eventtime-ext-format).
struct EventTime {
  uint32_t seconds = 0;
  uint32_t nanoseconds = 0;
  auto operator<=>(const EventTime&) const = default;
};

constexpr EventTime EventTimeFromNanoseconds(int64_t since_epoch) {
  if (since_epoch < 0) return {};
  return {static_cast<uint32_t>(since_epoch / 1'000'000'000),
          static_cast<uint32_t>(since_epoch % 1'000'000'000)};
}

constexpr int64_t ToNanoseconds(EventTime time) {
  return int64_t{time.seconds} * 1'000'000'000 + time.nanoseconds;
}

}  // namespace andon
