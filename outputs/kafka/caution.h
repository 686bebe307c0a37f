// Finding the message for which a broker refuses a whole batch.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/base/time.h"

namespace andon::kafka_output {

// A broker refuses batches whole, and does not say which message it minds. So for a while each
// message is sent in a batch of its own: what is refused then is the one. That is slow, and ends by
// itself; when it has found nothing, it lasts longer the next time. Thread: output.
class Caution {
 public:
  // A batch was refused.
  void Suspect(MonotonicTime now) {
    if (now < until_) return;
    until_ = now + duration_;
    duration_ = std::min(duration_ * 2, kLongest);
  }
  // A message was refused on its own.
  void Found() { duration_ = kShortest; }
  // Whether sessions should send messages one by one.
  bool wanted(MonotonicTime now) const { return now < until_; }

 private:
  static constexpr Duration kShortest = std::chrono::seconds(10);
  static constexpr Duration kLongest = std::chrono::seconds(160);
  MonotonicTime until_{};
  Duration duration_ = kShortest;
};

}  // namespace andon::kafka_output
