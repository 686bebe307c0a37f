// Random numbers behind an interface, so that a simulation gives the same run for the same seed.
#pragma once

#include <cstdint>
#include <memory>

namespace andon {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;  // Thread: any.
  // Evenly from 0 to `below` - 1; 0 when `below` is 0.
  uint64_t Below(uint64_t below);
};

// getrandom(2): unpredictable, for UUIDs, salts and nonces.
Random& SystemRandom();
// The same numbers for the same seed (xoshiro256**). Not for secrets.
std::unique_ptr<Random> SeededRandom(uint64_t seed);

}  // namespace andon
