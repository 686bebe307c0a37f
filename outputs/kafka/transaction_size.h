// How much goes into one transaction.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "core/base/time.h"

namespace andon::kafka_output {

// Each costs requests, waits and markers in every partition: the larger it is, the more events
// share them. But one that takes longer than transaction.timeout.ms is aborted, and so would be its
// repeat: how large it may be is learned from those before. Thread: output.
class TransactionSize {
 public:
  static constexpr size_t kLeast = size_t{1} << 20;
  static constexpr size_t kMost = size_t{32} << 20;

  // No chunk is added to a transaction that has so much, or is so old.
  bool Enough(size_t bytes, Duration age) const { return bytes >= bytes_ || age >= kLong; }

  void Committed(size_t bytes, Duration took) {
    if (took > 4 * kLong) return Halve();
    if (took < kLong && bytes >= bytes_) bytes_ = std::min(2 * bytes_, kMost);
  }
  void Failed() { Halve(); }

 private:
  static constexpr Duration kLong = std::chrono::seconds(1);
  void Halve() { bytes_ = std::max(bytes_ / 2, kLeast); }

  size_t bytes_ = size_t{8} << 20;
};

}  // namespace andon::kafka_output
