#include "outputs/forward/server_order.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace andon::forward {
namespace {

double Score(std::string_view who, const Candidate& candidate) {
  const uint64_t seed = XXH3_64bits(who.data(), who.size());
  const uint64_t hash = XXH3_64bits_withSeed(candidate.name.data(), candidate.name.size(), seed);
  // Evenly between 0 and 1, neither included.
  const double even = (static_cast<double>(hash >> 11) + 0.5) / 9007199254740992.0;
  return candidate.weight / -std::log(even);
}

}  // namespace

std::vector<size_t> PreferredOrder(std::string_view who, const std::vector<Candidate>& candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) scores.push_back(Score(who, candidate));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (candidates[a].standby != candidates[b].standby) return candidates[b].standby;
    return scores[a] > scores[b];
  });
  return order;
}

}  // namespace andon::forward
