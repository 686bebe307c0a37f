#include "core/event/tag_parts.h"

#include <gtest/gtest.h>

namespace andon {
namespace {

TEST(TagPartsTest, CountsFromTheFrontAndFromTheBack) {
  EXPECT_EQ(TagPart("log.http.access", 0), "log");
  EXPECT_EQ(TagPart("log.http.access", 2), "access");
  EXPECT_EQ(TagPart("log.http.access", -1), "access");
  EXPECT_EQ(TagPart("log.http.access", -3), "log");
  EXPECT_EQ(TagPart("log", 0), "log");
}

TEST(TagPartsTest, SaysWhenThereIsNoSuchPart) {
  EXPECT_EQ(TagPart("log.http", 2), std::nullopt);
  EXPECT_EQ(TagPart("log.http", -3), std::nullopt);
  EXPECT_EQ(TagPrefix("log.http", 2), std::nullopt);
  EXPECT_EQ(TagSuffix("log.http", -3), std::nullopt);
}

TEST(TagPartsTest, PrefixAndSuffixIncludeThePartThatTheyName) {
  EXPECT_EQ(TagPrefix("a.b.c", 0), "a");
  EXPECT_EQ(TagPrefix("a.b.c", 1), "a.b");
  EXPECT_EQ(TagPrefix("a.b.c", -1), "a.b.c");
  EXPECT_EQ(TagSuffix("a.b.c", 0), "a.b.c");
  EXPECT_EQ(TagSuffix("a.b.c", 1), "b.c");
  EXPECT_EQ(TagSuffix("a.b.c", -1), "c");
}

TEST(TagPartsTest, EmptyPartsCount) {
  EXPECT_EQ(TagPart("a..c", 1), "");
  EXPECT_EQ(TagSuffix("a..c", 1), ".c");
  EXPECT_EQ(TagPart("", 0), "");
}

}  // namespace
}  // namespace andon
