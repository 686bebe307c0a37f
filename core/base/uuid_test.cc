#include "core/base/uuid.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "core/base/bytes.h"

namespace andon {
namespace {

TEST(UuidTest, AFreshOneSaysVersionFourAndItsVariant) {
  const auto random = SeededRandom(3);
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < 100; ++i) {
    const Uuid uuid = MakeUuid(*random);
    const std::string text = ToString(uuid);
    EXPECT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(UuidTest, TextAndBytesBringItBack) {
  const Uuid uuid{0x0123456789ab4def, 0x8123456789abcdef};
  EXPECT_EQ(ToString(uuid), "01234567-89ab-4def-8123-456789abcdef");
  EXPECT_EQ(ParseUuid("01234567-89ab-4def-8123-456789abcdef").value(), uuid);
  EXPECT_EQ(ParseUuid("01234567-89AB-4DEF-8123-456789ABCDEF").value(), uuid);
  const auto bytes = ToBytes(uuid);
  EXPECT_EQ(bytes[0], std::byte{0x01});
  EXPECT_EQ(bytes[15], std::byte{0xef});
  EXPECT_EQ(UuidFromBytes(bytes.data()), uuid);
}

TEST(UuidTest, WhatIsNoneIsRefusedWithTheText) {
  for (const char* text :
       {"", "01234567-89ab-4def-8123-456789abcde", "01234567-89ab-4def-8123-456789abcdef0",
        "01234567089ab-4def-8123-456789abcdef", "0123456g-89ab-4def-8123-456789abcdef",
        "01234567-89ab-4def-8123-456789abcde-", "{1234567-89ab-4def-8123-456789abcde}"}) {
    const auto parsed = ParseUuid(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), StatusCode::kRejected);
    EXPECT_NE(parsed.status().message().find(text), std::string_view::npos);
  }
}

}  // namespace
}  // namespace andon
