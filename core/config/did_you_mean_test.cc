#include "core/config/did_you_mean.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon {
namespace {

TEST(DidYouMeanTest, CountsInsertedDeletedReplacedAndSwappedLetters) {
  EXPECT_EQ(EditDistance("path", "path"), 0u);
  EXPECT_EQ(EditDistance("pth", "path"), 1u);
  EXPECT_EQ(EditDistance("paath", "path"), 1u);
  EXPECT_EQ(EditDistance("pith", "path"), 1u);
  EXPECT_EQ(EditDistance("apth", "path"), 1u);
  EXPECT_EQ(EditDistance("", "path"), 4u);
  EXPECT_EQ(EditDistance("path", ""), 4u);
  EXPECT_EQ(EditDistance("grep", "tail"), 4u);
}

TEST(DidYouMeanTest, TakesUpperAndLowerCaseAsEqual) {
  EXPECT_EQ(EditDistance("PATH", "path"), 0u);
  EXPECT_EQ(NearestWord("Path", std::vector<std::string>{"tag", "path"}), "path");
}

TEST(DidYouMeanTest, NamesTheNearestOfSeveral) {
  const std::vector<std::string> words = {"listen", "tag", "path", "parse"};
  EXPECT_EQ(NearestWord("patth", words), "path");
  EXPECT_EQ(NearestWord("prase", words), "parse");
  EXPECT_EQ(NearestWord("lisetn", words), "listen");
}

TEST(DidYouMeanTest, TakesAWordThatBeginsAnother) {
  EXPECT_EQ(NearestWord("warning", std::vector<std::string>{"debug", "info", "warn"}), "warn");
  EXPECT_EQ(NearestWord("gz", std::vector<std::string>{"none", "gzip"}), "gzip");
  EXPECT_EQ(NearestWord("g", std::vector<std::string>{"none", "gzip"}), "");
}

TEST(DidYouMeanTest, IsSilentWhenNothingIsNear) {
  const std::vector<std::string> words = {"listen", "tag", "path"};
  EXPECT_EQ(NearestWord("compression", words), "");
  EXPECT_EQ(NearestWord("x", words), "");
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(NearestWord("ab", std::vector<std::string>{"cd"}), "");
  EXPECT_EQ(NearestWord(std::string(1 << 20, 'x'), words), "");
  EXPECT_EQ(DidYouMean("compression", words), "");
}

TEST(DidYouMeanTest, SaysItAsAQuestion) {
  EXPECT_EQ(DidYouMean("tagg", std::vector<std::string>{"tag"}), "; did you mean \"tag\"?");
}

TEST(DidYouMeanTest, NamesAllOfFewWhenNothingIsNear) {
  const std::vector<std::string> words = {"tag", "listen", "tag"};
  EXPECT_EQ(DidYouMeanOneOf("tga", words), "; did you mean \"tag\"?");
  EXPECT_EQ(DidYouMeanOneOf("compression", words), "; there are listen, tag");
  EXPECT_EQ(DidYouMeanOneOf("compression", {words.data(), 1}), "; there is tag");
  EXPECT_EQ(DidYouMeanOneOf("compression", {}), "");
  std::vector<std::string> many;
  for (int n = 0; n < 100; ++n) many.push_back("word" + std::to_string(n));
  EXPECT_EQ(DidYouMeanOneOf("compression", many), "");
}

}  // namespace
}  // namespace andon
