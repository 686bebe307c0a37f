// In which order one collector prefers its servers: by weight, and differently from collector to
// collector, so that they spread (weighted rendezvous hashing: when a server goes, only those who
// used it move).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace andon::forward {

struct Candidate {
  std::string name;
  int weight = 60;
  bool standby = false;
};

// Indices of `candidates`, the preferred first, standbys behind all others. `who` stands for this
// collector.
std::vector<size_t> PreferredOrder(std::string_view who, const std::vector<Candidate>& candidates);

}  // namespace andon::forward
