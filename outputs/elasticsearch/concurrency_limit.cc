#include "outputs/elasticsearch/concurrency_limit.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace andon::elasticsearch {
namespace {

constexpr double kStart = 2;
constexpr double kWeight = 0.1;         // Of the newest answer in the averages.
constexpr double kTolerated = 4;        // Deviations that are no sign of a busy server.
constexpr double kLeastSeconds = 0.05;  // Differences below this say nothing.

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(int maximum)
    : maximum_(maximum), limit_(std::min(kStart, maximum_)) {}

void ConcurrencyLimit::OnAnswer(Duration took, int in_flight) {
  const double seconds = std::chrono::duration<double>(took).count();
  const bool slow = usual_seconds_ > 0 &&
                    seconds > usual_seconds_ + std::max(kTolerated * deviation_, kLeastSeconds);
  if (usual_seconds_ == 0) usual_seconds_ = seconds;
  const double difference = seconds - usual_seconds_;
  usual_seconds_ += kWeight * difference;
  deviation_ += kWeight * (std::abs(difference) - deviation_);
  if (slow) {
    limit_ = std::max(1.0, limit_ * 0.9);
  } else if (in_flight >= current()) {
    limit_ = std::min(maximum_, limit_ + 1 / limit_);
  }
}

void ConcurrencyLimit::OnOverload() { limit_ = std::max(1.0, limit_ / 2); }

}  // namespace andon::elasticsearch
