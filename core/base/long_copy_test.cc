#include "core/base/long_copy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/base/random.h"

namespace andon {
namespace {

TEST(LongCopyTest, EveryLengthAndAlignmentCopiesExactlyTheBytes) {
  const auto random = SeededRandom(11);
  std::vector<std::byte> from(700);
  for (std::byte& b : from) b = static_cast<std::byte>(random->Next());
  for (size_t size = 0; size <= 300; ++size) {
    for (size_t shift = 0; shift < 66; shift += 5) {
      std::vector<std::byte> to(size + 80, std::byte{0xee});
      LongCopy(to.data() + shift, from.data() + size % 7, size);
      ASSERT_TRUE(std::equal(to.begin() + static_cast<ptrdiff_t>(shift),
                             to.begin() + static_cast<ptrdiff_t>(shift + size),
                             from.begin() + static_cast<ptrdiff_t>(size % 7)))
          << size << " " << shift;
      ASSERT_EQ(static_cast<size_t>(std::ranges::count(to, std::byte{0xee})),
                to.size() - size +
                    static_cast<size_t>(std::count(
                        from.begin() + static_cast<ptrdiff_t>(size % 7),
                        from.begin() + static_cast<ptrdiff_t>(size % 7 + size), std::byte{0xee})));
    }
  }
}

}  // namespace
}  // namespace andon
