#include "core/kafka/json_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace andon::kafka {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class Collector : public JsonVisitor {
 public:
  void OnNumber(std::span<const std::string_view> path, double value) override {
    std::string joined;
    for (const std::string_view key : path) joined += "/" + std::string(key);
    numbers[joined] = value;
  }
  std::map<std::string, double> numbers;
};

TEST(JsonWalkTest, EachNumberComesWithTheKeysThatLeadToIt) {
  Collector found;
  EXPECT_TRUE(
      WalkJson(R"( {"a": 1, "b": {"c": -2.5e1, "d": {"e": 3}}, "f": "7", "g": true} )", found));
  EXPECT_THAT(found.numbers,
              UnorderedElementsAre(Pair("/a", 1), Pair("/b/c", -25), Pair("/b/d/e", 3)));
}

TEST(JsonWalkTest, ListsAreSteppedOver) {
  Collector found;
  EXPECT_TRUE(WalkJson(R"({"a": [1, [2, {"b": 3}], "]"], "c": 4})", found));
  EXPECT_THAT(found.numbers, UnorderedElementsAre(Pair("/c", 4)));
}

TEST(JsonWalkTest, EscapedQuotesDoNotEndAString) {
  Collector found;
  EXPECT_TRUE(WalkJson(R"({"a\"b": {"c\\": 1}})", found));
  EXPECT_THAT(found.numbers, UnorderedElementsAre(Pair(R"(/a\"b/c\\)", 1)));
}

TEST(JsonWalkTest, WhatIsNoJsonEndsTheWalk) {
  for (const char* text :
       {"", "{", R"({"a)", R"({"a":)", R"({"a" 1})", "{\"a\":x1}", "[1,", "{}{}", R"({"a": "\)"}) {
    Collector found;
    EXPECT_FALSE(WalkJson(text, found)) << text;
    EXPECT_THAT(found.numbers, IsEmpty()) << text;
  }
}

TEST(JsonWalkTest, DeepNestingIsRefusedAndNotFollowed) {
  Collector found;
  EXPECT_FALSE(WalkJson(std::string(100'000, '['), found));
}

}  // namespace
}  // namespace andon::kafka
