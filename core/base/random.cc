#include "core/base/random.h"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>

#include "core/base/check.h"
#include "core/base/mutex.h"

namespace andon {
namespace {

__extension__ using Uint128 = unsigned __int128;

class KernelRandom : public Random {
 public:
  uint64_t Next() override {
    uint64_t value = 0;
    ssize_t got = 0;
    do {
      got = getrandom(&value, sizeof value, 0);
    } while (got < 0 && errno == EINTR);
    CHECK(got == static_cast<ssize_t>(sizeof value));
    return value;
  }
};

// https://prng.di.unimi.it/xoshiro256starstar.c, seeded with splitmix64 as its authors advise.
class Xoshiro : public Random {
 public:
  explicit Xoshiro(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  uint64_t Next() override {
    MutexLock lock(mutex_);
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  Mutex mutex_;
  std::array<uint64_t, 4> state_ GUARDED_BY(mutex_);
};

}  // namespace

uint64_t Random::Below(uint64_t below) {
  if (below == 0) return 0;
  // Multiply and reject, so that no number is likelier than another
  // (Lemire, https://arxiv.org/abs/1805.10941).
  const uint64_t threshold = (0 - below) % below;
  for (;;) {
    const Uint128 product = Uint128{Next()} * below;
    if (static_cast<uint64_t>(product) >= threshold) return static_cast<uint64_t>(product >> 64);
  }
}

Random& SystemRandom() {
  static KernelRandom random;
  return random;
}

std::unique_ptr<Random> SeededRandom(uint64_t seed) { return std::make_unique<Xoshiro>(seed); }

}  // namespace andon
