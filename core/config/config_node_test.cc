#include "core/config/config_node.h"

#include <gtest/gtest.h>

#include <string>

namespace andon {
namespace {

std::string Print(std::string_view yaml) {
  return Config::FromText(yaml, "a.yaml")->root().Fingerprint();
}

TEST(ConfigNodeTest, EqualContentHasEqualFingerprints) {
  const std::string wanted = Print("a: {x: 1, y: [p, q]}\nb: text\n");
  EXPECT_EQ(Print("# comment\nb:   \"text\"\n\na:\n  y:\n  - p\n  - 'q'\n  x: 1\n"), wanted);
  EXPECT_EQ(Print("x-t: &t text\na: {x: 1, y: [p, q]}\nb: *t\n"), wanted);
}

TEST(ConfigNodeTest, DifferentContentHasDifferentFingerprints) {
  const std::string texts[] = {"a: 1",      "a: 2",        "a: \"1\"",     "a: [1]",  "a: [[1]]",
                               "a: {b: 1}", "b: 1",        "a:",           "a: \"\"", "a: [1, 2]",
                               "a: [2, 1]", "a: \"1, 2\"", "a: [\"1, 2\"]"};
  for (const std::string& one : texts) {
    for (const std::string& other : texts) {
      EXPECT_EQ(Print(one) == Print(other), one == other) << one << " / " << other;
    }
  }
}

TEST(ConfigNodeTest, AChangedSecretChangesTheFingerprintWithoutBeingInIt) {
  const auto print = [](std::string_view yaml) {
    const auto config = Config::FromText(yaml, "a.yaml");
    config->root().Get("key").MarkSecret();
    return config->root().Fingerprint();
  };
  EXPECT_EQ(print("key: hunter2"), print("{\"key\": \"hunter2\"}"));
  EXPECT_NE(print("key: hunter2"), print("key: hunter3"));
  EXPECT_EQ(print("key: hunter2").find("hunter2"), std::string::npos);
}

TEST(ConfigNodeTest, ProblemsAreSortedAndNoneIsToldTwice) {
  const auto config = Config::FromText("a: 1\nb: 2\n", "a.yaml");
  (void)config->root().Get("b").Fail("is late");
  (void)config->root().Get("a").Fail("is early");
  (void)config->root().Get("b").Fail("is late");
  ASSERT_EQ(config->problems().size(), 2u);
  EXPECT_EQ(config->problems()[0].ToString(), "a.yaml:1:4: \"a\" is early");
  EXPECT_EQ(config->problems()[1].ToString(), "a.yaml:2:4: \"b\" is late");
}

TEST(ConfigNodeTest, ShowsLongAndUnprintableTextsInOneShortLine) {
  const auto config = Config::FromText("a: \"" + std::string(100, 'x') + "\"\nb: \"p\\nq\"\nc: \"" +
                                           std::string(59, 'y') + "\xC3\xA4\xC3\xA4\"\n",
                                       "a.yaml");
  EXPECT_EQ(config->root().Get("a").Shown(), "is \"" + std::string(60, 'x') + "...\"");
  EXPECT_EQ(config->root().Get("b").Shown(), "is \"p?q\"");
  EXPECT_EQ(config->root().Get("c").Shown(), "is \"" + std::string(59, 'y') + "...\"");
}

TEST(ConfigNodeTest, ANodeOutlivesItsConfig) {
  ConfigNode node = Config::FromText("a: {b: 1}\n", "a.yaml")->root().Get("a");
  EXPECT_EQ(node.Get("b").text(), "1");
  EXPECT_FALSE(node.Get("c").Fail("is required").ok());
}

TEST(ConfigNodeTest, ADefaultNodeIsMissingAndHarmless) {
  const ConfigNode node;
  EXPECT_EQ(node.kind(), ConfigNode::Kind::kMissing);
  EXPECT_EQ(node.Get("x").kind(), ConfigNode::Kind::kMissing);
  EXPECT_TRUE(node.items().empty());
  EXPECT_EQ(node.Fail("is missing").code(), StatusCode::kInvalidConfig);
}

}  // namespace
}  // namespace andon
