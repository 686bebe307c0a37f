#include "core/event/tag.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon {
namespace {

TEST(TagTest, WhatIsNoTagIsRefusedWithTheReason) {
  EXPECT_TRUE(CheckTag("log.http.access").ok());
  EXPECT_TRUE(CheckTag("アプリ.ログ").ok());
  EXPECT_TRUE(CheckTag("a b\xff").ok());
  EXPECT_TRUE(CheckTag(std::string(kMaxTagBytes, 'x')).ok());
  EXPECT_EQ(CheckTag("").message(), "tag: empty");
  EXPECT_EQ(CheckTag(std::string(kMaxTagBytes + 1, 'x')).message(),
            "tag: 1025 bytes long, at most 1024 are taken");
  EXPECT_EQ(CheckTag("ab\nc").message(), "tag: control character at byte 3");
  EXPECT_EQ(CheckTag("\x7f").code(), StatusCode::kRejected);
}

TEST(TagTableTest, OneTextIsOneTag) {
  TagTable tags;
  const Tag& a = tags.Intern("a");
  a.cache().route = 7;
  EXPECT_EQ(&tags.Intern(std::string("a")), &a);
  EXPECT_EQ(tags.Intern("a").cache().route, 7u);
  EXPECT_NE(&tags.Intern("b"), &a);
}

TEST(TagTableTest, AReferenceLastsForAGenerationOfOtherTags) {
  constexpr size_t kGeneration = 16;
  TagTable tags(kGeneration);
  // Wherever in a generation it is met.
  for (size_t before = 0; before < kGeneration; ++before) {
    for (size_t i = 0; i < before; ++i) tags.Intern("before" + std::to_string(i));
    const Tag& kept = tags.Intern("kept");
    for (size_t i = 0; i < kGeneration; ++i) {
      tags.Intern(std::to_string(before) + "other" + std::to_string(i));
      ASSERT_EQ(kept.text(), "kept");
    }
  }
}

TEST(TagTableTest, ATagThatIsUsedStaysTheSame) {
  TagTable tags(8);
  const Tag* const used = &tags.Intern("used");
  for (int i = 0; i < 1000; ++i) {
    tags.Intern("other" + std::to_string(i));
    ASSERT_EQ(&tags.Intern("used"), used);
  }
}

}  // namespace
}  // namespace andon
