// Whether a sender that others wait for goes on with its message: within the limit it must finish
// it, or bring kLeastBytes of it; single bytes are no progress. The limit halves with each sender
// that is cut off, so that many silent ones do not hold the others for long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace andon {

// Thread: the owner's.
class ProgressWatch {
 public:
  static constexpr size_t kLeastBytes = size_t{64} << 10;
  static constexpr Duration kLongestLimit = std::chrono::seconds(30);
  // To ask IsStalled so often is enough.
  static constexpr Duration kInterval = std::chrono::seconds(5);

  // The limit's time runs from now on, for `message` (any number that tells it from others), of
  // which `bytes` are there.
  void Begin(uint64_t message, size_t bytes, MonotonicTime now);
  // Nobody is waited for, or nobody could go on meanwhile: the next question begins anew.
  void Forget() { message_.reset(); }
  // Begins anew when it is another message, or has got on.
  bool IsStalled(uint64_t message, size_t bytes, MonotonicTime now);

  // Who stalled was cut off.
  void ShortenLimit();
  void RestoreLimit() { limit_ = kLongestLimit; }

 private:
  std::optional<uint64_t> message_;
  size_t bytes_ = 0;
  MonotonicTime since_{};
  Duration limit_ = kLongestLimit;
};

}  // namespace andon
