#include "core/base/unique_function.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <utility>

namespace andon {
namespace {

TEST(UniqueFunctionTest, ItHoldsWhatCannotBeCopied) {
  auto number = std::make_unique<int>(4);
  UniqueFunction<int(int)> add = [number = std::move(number)](int more) { return *number + more; };
  EXPECT_EQ(add(3), 7);
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_FALSE(add);  // NOLINT: what is left behind is promised.
  EXPECT_EQ(moved(5), 9);
}

TEST(UniqueFunctionTest, LargeCallablesAreMovedAndDestroyedOnce) {
  const auto alive = std::make_shared<int>(0);
  const std::array<uint64_t, 20> ballast{1, 2, 3};
  {
    UniqueFunction<uint64_t()> large = [alive, ballast] { return ballast[2]; };
    EXPECT_EQ(alive.use_count(), 2);
    UniqueFunction<uint64_t()> other;
    other = std::move(large);
    EXPECT_EQ(alive.use_count(), 2);
    EXPECT_EQ(other(), 3u);
    other = nullptr;
    EXPECT_EQ(alive.use_count(), 1);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(UniqueFunctionDeathTest, CallingAnEmptyOneEndsTheProcess) {
  UniqueFunction<void()> empty;
  EXPECT_DEATH(empty(), "check failed");
}

}  // namespace
}  // namespace andon
