// How many requests may be under way at once: one more while answers come as fast as they used to,
// half when a server says that it is busy (additive increase, multiplicative decrease).
#pragma once

#include "core/base/time.h"

namespace andon::elasticsearch {

class ConcurrencyLimit {
 public:
  explicit ConcurrencyLimit(int maximum);

  int current() const { return static_cast<int>(limit_); }
  // An answer came after `took`, while `in_flight` requests were under way.
  void OnAnswer(Duration took, int in_flight);
  // 429, 503, or no answer in time.
  void OnOverload();

 private:
  const double maximum_;
  double limit_;
  double usual_seconds_ = 0;  // Moving averages; 0: no answer yet.
  double deviation_ = 0;
};

}  // namespace andon::elasticsearch
