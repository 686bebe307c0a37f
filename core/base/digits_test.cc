#include "core/base/digits.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace andon {
namespace {

std::string Number(uint32_t value) {
  char text[kNumberRoom];
  return {text, PutNumber(value, text)};
}

TEST(DigitsTest, ANumberHasNoZerosInFront) {
  for (uint32_t value = 0; value <= 120'000; ++value) {
    ASSERT_EQ(Number(value), std::to_string(value));
  }
  for (uint32_t power = 10'000; power >= 10'000; power = power > UINT32_MAX / 10 ? 0 : power * 10) {
    for (const uint32_t value : {power - 1, power, power + 1, 3 * power + 70'007}) {
      EXPECT_EQ(Number(value), std::to_string(value));
    }
  }
  EXPECT_EQ(Number(UINT32_MAX), "4294967295");
}

TEST(DigitsTest, DigitsOfAWidthAreFilledWithZeros) {
  std::string text(9, '-');
  PutNineDigits(7'008'009, text.data());
  EXPECT_EQ(text, "007008009");
  PutNineDigits(999'999'999, text.data());
  EXPECT_EQ(text, "999999999");
  PutFourDigits(305, text.data());
  PutTwoDigits(4, text.data() + 4);
  EXPECT_EQ(text, "030504999");
}

}  // namespace
}  // namespace andon
