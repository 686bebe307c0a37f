#include "core/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace andon {
namespace {

TEST(RandomTest, TheSameSeedGivesTheSameNumbers) {
  const auto a = SeededRandom(7);
  const auto b = SeededRandom(7);
  const auto c = SeededRandom(8);
  int same_as_other_seed = 0;
  for (int i = 0; i < 100; ++i) {
    const uint64_t number = a->Next();
    EXPECT_EQ(number, b->Next());
    same_as_other_seed += number == c->Next() ? 1 : 0;
  }
  EXPECT_EQ(same_as_other_seed, 0);
}

// The first numbers of xoshiro256** whose state is splitmix64's first four for seed 0, computed
// from the authors' published code.
TEST(RandomTest, TheSeededNumbersAreXoshiros) {
  const auto random = SeededRandom(0);
  EXPECT_EQ(random->Next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(random->Next(), 0xbf6e1f784956452au);
  EXPECT_EQ(random->Next(), 0x1a5f849d4933e6e0u);
}

TEST(RandomTest, BelowReachesEveryNumberAboutEquallyOftenAndNoOther) {
  const auto random = SeededRandom(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 70'000; ++i) {
    const uint64_t number = random->Below(seen.size());
    ASSERT_LT(number, seen.size());
    ++seen[number];
  }
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);
  EXPECT_EQ(random->Below(1), 0u);
  EXPECT_EQ(random->Below(0), 0u);
}

TEST(RandomTest, BelowIsEvenForBoundsBetweenPowersOfTwo) {
  // Numbers above two thirds of the range: a plain remainder would make the lower ones likelier.
  const auto random = SeededRandom(2);
  const uint64_t bound = (uint64_t{1} << 63) + (uint64_t{1} << 62);
  int lower_half = 0;
  for (int i = 0; i < 10'000; ++i) lower_half += random->Below(bound) < bound / 2 ? 1 : 0;
  EXPECT_NEAR(lower_half, 5'000, 300);
}

TEST(RandomTest, TheSystemsNumbersDoNotRepeat) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(SystemRandom().Next());
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace andon
