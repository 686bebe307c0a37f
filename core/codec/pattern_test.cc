#include "core/codec/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace andon {
namespace {

Pattern Compiled(std::string_view text, PatternOptions options = {}) {
  auto pattern = Pattern::Compile(text, options);
  EXPECT_TRUE(pattern.ok()) << pattern.status().message();
  return pattern.ok() ? *pattern : Pattern();
}

std::string ErrorOf(std::string_view text) {
  auto pattern = Pattern::Compile(text);
  EXPECT_FALSE(pattern.ok());
  return std::string(pattern.status().message());
}

TEST(PatternTest, MatchesAnywhereInTheText) {
  EXPECT_TRUE(Compiled("b+").Matches("aabba"));
  EXPECT_FALSE(Compiled("b+").Matches("aacca"));
  EXPECT_FALSE(Pattern().Matches(""));
  EXPECT_TRUE(Compiled("").Matches(std::string_view()));
}

TEST(PatternTest, TakesBothSpellingsOfNamedGroups) {
  for (const char* text : {"(?<a>x+)(y)(?<b>z+)?", "(?P<a>x+)(y)(?P<b>z+)?"}) {
    const Pattern pattern = Compiled(text);
    ASSERT_EQ(pattern.groups().size(), 2u);
    EXPECT_EQ(pattern.groups()[0].name, "a");
    EXPECT_EQ(pattern.groups()[1].name, "b");
    EXPECT_EQ(pattern.groups()[1].index, 3u);
    Captures captures;
    ASSERT_EQ(pattern.Match("--xxy", &captures), Pattern::Outcome::kMatch);
    EXPECT_EQ(captures[1], "xx");
    EXPECT_EQ(captures[3], std::nullopt);
    EXPECT_EQ(captures.whole(), "xxy");
    ASSERT_EQ(pattern.Match("xyz", &captures), Pattern::Outcome::kMatch);
    EXPECT_EQ(captures[3], "z");
  }
}

TEST(PatternTest, HasRubysMeaningOfLinesDotsAndHexDigits) {
  EXPECT_TRUE(Compiled("^two$").Matches("one\ntwo\nthree"));
  EXPECT_FALSE(Compiled("one.two").Matches("one\ntwo"));
  EXPECT_TRUE(Compiled("/one.two/m").Matches("one\ntwo"));
  EXPECT_TRUE(Compiled("(?m:one.two)").Matches("one\ntwo"));
  EXPECT_TRUE(Compiled("(?mi)ONE.two").Matches("one\ntwo"));
  EXPECT_FALSE(Compiled("(?m-i:a)").Matches("A"));
  EXPECT_TRUE(Compiled("^\\h+$").Matches("12aF"));
  EXPECT_FALSE(Compiled("^\\h+$").Matches(" \t"));
  EXPECT_TRUE(Compiled("^[\\hx]+$").Matches("0xaF"));
  EXPECT_TRUE(Compiled("^\\H$").Matches("g"));
  EXPECT_TRUE(Compiled("^[[:alpha:]\\h]+$").Matches("xyz09"));
  EXPECT_TRUE(Compiled("^\\u00e4$").Matches("\xc3\xa4"));
}

TEST(PatternTest, TakesRubysLiteralsAndLeavesPathsAlone) {
  EXPECT_TRUE(Compiled("/abc/i").Matches("xABCx"));
  EXPECT_TRUE(Compiled("/a b # letters/x").Matches("ab"));
  EXPECT_TRUE(Compiled("/var/log").Matches("in /var/log"));
  EXPECT_FALSE(Compiled("/var/log").Matches("var"));
  EXPECT_TRUE(Compiled("abc", {.ignore_case = true}).Matches("ABC"));
  EXPECT_TRUE(Compiled("a.c", {.multiline = true}).Matches("a\nc"));
}

TEST(PatternTest, MatchesBytesThatAreNoText) {
  const std::string latin = "gr\xfc\xdf dich";
  EXPECT_TRUE(Compiled("^gr.. dich$").Matches(latin));
  EXPECT_TRUE(Compiled("dich ?(ä|$)").Matches(latin));
  EXPECT_TRUE(Compiled("^[äö]$").Matches("ö"));
  EXPECT_TRUE(Compiled("^\\p{L}+$").Matches("日本"));
  EXPECT_TRUE(Compiled("a.b").Matches(std::string_view("a\0b", 3)));
}

TEST(PatternTest, SaysWhereAMistakeIs) {
  EXPECT_EQ(ErrorOf("^(a"), "pattern \"^(a\": column 4: missing closing parenthesis");
  EXPECT_THAT(ErrorOf("ä\\hb)c"), testing::HasSubstr("column 5: unmatched closing parenthesis"));
  EXPECT_THAT(ErrorOf("/a(b/"), testing::HasSubstr("column 5: missing closing parenthesis"));
}

TEST(PatternTest, GivesUpWhatIsTooHardAndSaysSo) {
  const std::string text(40, 'a');
  const Pattern pattern = Compiled("^(a+)+$", {.match_limit = 1000});
  EXPECT_EQ(pattern.Match(text), Pattern::Outcome::kMatch);
  EXPECT_EQ(pattern.Match(text + "b"), Pattern::Outcome::kLimit);
  EXPECT_FALSE(pattern.Matches(text + "b"));
  EXPECT_EQ(pattern.Match("b"), Pattern::Outcome::kNoMatch);
}

TEST(PatternTest, GoesOnFromAnOffset) {
  const Pattern pattern = Compiled("\\d+");
  const std::string_view text = "1 22 333";
  std::vector<std::string> found;
  Captures captures;
  for (size_t at = 0; pattern.MatchFrom(text, at, &captures) == Pattern::Outcome::kMatch;) {
    found.emplace_back(captures.whole());
    at = static_cast<size_t>(captures.whole().data() - text.data()) + captures.whole().size();
  }
  EXPECT_THAT(found, testing::ElementsAre("1", "22", "333"));
  EXPECT_EQ(pattern.MatchFrom(text, 99, &captures), Pattern::Outcome::kNoMatch);
}

TEST(PatternTest, CopiesShareTheCodeAndMatchOnSeveralThreads) {
  const Pattern pattern = Compiled("^(?<n>\\d+)-(x)?");
  std::vector<std::thread> threads;
  std::vector<int> right(4, 0);
  for (size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([pattern, t, &right] {
      const std::string text = std::to_string(t) + "-";
      Captures captures;
      for (int i = 0; i < 1000; ++i) {
        if (pattern.Match(text, &captures) == Pattern::Outcome::kMatch &&
            captures[1] == std::to_string(t)) {
          ++right[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, 1000));
}

TEST(PatternTest, ReadsFromTheConfigurationWithThePlaceOfAMistake) {
  auto config = Config::FromText("{good: '^a$', bad: 'a('}", "a.yaml");
  EXPECT_TRUE(ConfigValue<Pattern>::Read(config->root().Get("good"))->Matches("a"));
  EXPECT_FALSE(ConfigValue<Pattern>::Read(config->root().Get("bad")).has_value());
  ASSERT_EQ(config->problems().size(), 1u);
  EXPECT_THAT(config->problems()[0].ToString(),
              testing::HasSubstr("pattern \"a(\": column 3: missing closing parenthesis"));
}

}  // namespace
}  // namespace andon
