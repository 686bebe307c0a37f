#include "core/event/tag_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"

namespace andon {
namespace {

bool Matches(std::string_view pattern, std::string_view tag) {
  const auto parsed = TagPattern::Parse(pattern);
  EXPECT_TRUE(parsed.ok()) << parsed.status().message();
  return parsed.ok() && parsed->Matches(tag);
}

// The examples of fluentd's documentation, and what follows from them.
TEST(TagPatternTest, AStarIsOnePart) {
  EXPECT_TRUE(Matches("a.*", "a.b"));
  EXPECT_FALSE(Matches("a.*", "a"));
  EXPECT_FALSE(Matches("a.*", "a.b.c"));
  EXPECT_TRUE(Matches("a.*.c", "a.b.c"));
  EXPECT_TRUE(Matches("web*", "web12"));
  EXPECT_FALSE(Matches("web*", "web.12"));
}

TEST(TagPatternTest, TwoStarsAreAnyNumberOfPartsAndNoneToo) {
  EXPECT_TRUE(Matches("a.**", "a"));
  EXPECT_TRUE(Matches("a.**", "a.b"));
  EXPECT_TRUE(Matches("a.**", "a.b.c"));
  EXPECT_FALSE(Matches("a.**", "ab"));
  EXPECT_TRUE(Matches("**.c", "c"));
  EXPECT_TRUE(Matches("**.c", "a.b.c"));
  EXPECT_FALSE(Matches("**.c", "a.bc"));
  EXPECT_TRUE(Matches("a.**.c", "a.c"));
  EXPECT_TRUE(Matches("a.**.c", "a.x.y.c"));
  EXPECT_FALSE(Matches("a.**.c", "a.xc"));
  EXPECT_TRUE(Matches("**", "anything.at all"));
  EXPECT_TRUE(Matches("**", ""));
}

TEST(TagPatternTest, BracesAreEitherAndMayHoldPatterns) {
  EXPECT_TRUE(Matches("{a,b}", "a"));
  EXPECT_TRUE(Matches("{a,b}", "b"));
  EXPECT_FALSE(Matches("{a,b}", "c"));
  EXPECT_FALSE(Matches("{a,b}", "a,b"));
  EXPECT_TRUE(Matches("a.{b,c}.*", "a.c.x"));
  EXPECT_TRUE(Matches("a.{b,c.**}", "a.c.d.e"));
  EXPECT_TRUE(Matches("a.{b,c.**}", "a.c"));
  EXPECT_TRUE(Matches("{a,{b,c}d}", "cd"));
  EXPECT_TRUE(Matches("x{,y}", "x"));
  EXPECT_TRUE(Matches("a,b", "a,b"));
}

TEST(TagPatternTest, SeveralPatternsStandSideBySide) {
  EXPECT_TRUE(Matches("a b.** {c,d}", "a"));
  EXPECT_TRUE(Matches("  a   b.** {c,d}\t", "b.x"));
  EXPECT_TRUE(Matches("a b.** {c,d}", "d"));
  EXPECT_FALSE(Matches("a b.** {c,d}", "a b"));
}

TEST(TagPatternTest, ABackslashTakesTheNextCharacterAsItIs) {
  EXPECT_TRUE(Matches("a\\*", "a*"));
  EXPECT_FALSE(Matches("a\\*", "ab"));
  EXPECT_TRUE(Matches("\\{a\\,b\\}", "{a,b}"));
  EXPECT_TRUE(Matches("a.+(x)$", "a.+(x)$"));
}

TEST(TagPatternTest, ThePlainOneMatchesNothing) {
  EXPECT_FALSE(TagPattern().Matches(""));
  EXPECT_FALSE(TagPattern().Matches("a"));
}

TEST(TagPatternTest, MistakesAreNamedWithTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"log.{a,b", "\"{\" at 5 is never closed"},
      {"a b.}", "\"}\" at 5 was never opened"},
      {"{a, b}", "\"{\" at 1 is never closed"},
      {"a \\", "\"\\\" at 3 has nothing behind it"},
      {"/a.+/", "\"/\" at 1 begins a regular expression, which match does not take"},
      {"", "match pattern is empty; \"**\" matches every tag"},
      {"  ", "match pattern is empty; \"**\" matches every tag"},
      {std::string(40, '{'), "\"{\" at 33 is nested too deeply"},
      {std::string(5000, 'a'), "match pattern is longer than 4096 bytes"},
  };
  for (const auto& [text, message] : mistakes) {
    const auto parsed = TagPattern::Parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidConfig);
    EXPECT_EQ(parsed.status().message(), message);
  }
}

// A pattern that makes a backtracking matcher go on for ages.
TEST(TagPatternTest, NoPatternIsSlow) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "**a";
  EXPECT_FALSE(Matches(pattern, std::string(99, 'a') + std::string(900, 'b')));
  EXPECT_TRUE(Matches(pattern, std::string(1000, 'a')));
}

// fluentd's own rules (lib/fluent/match.rb, GlobMatchPattern) as a regular expression.
class Translation {
 public:
  static std::string Of(std::string_view pattern) {
    Translation translation(pattern);
    return translation.Alternatives();
  }

 private:
  explicit Translation(std::string_view pattern) : rest_(pattern) {}

  std::string Alternatives() {
    std::string all;
    for (;;) {
      all += Sequence();
      if (rest_.empty() || rest_.front() == '}') return all;
      all += '|';
      rest_.remove_prefix(1);
    }
  }
  std::string Sequence() {
    std::string regex;
    while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '}') {
      if (Take(".**.")) {
        regex += "(?![^.])(?:[^]*\\.|^)";
      } else if (Take(".**")) {
        regex += "(?![^.])[^]*";
      } else if (Take("**.")) {
        regex += "(?:[^]*\\.|^)";
      } else if (Take("**")) {
        regex += "[^]*";
      } else if (Take("*")) {
        regex += "[^.]*";
      } else if (Take("{")) {
        regex += "(?:" + Alternatives() + ")";
        Take("}");
      } else {
        regex += "\\";
        regex += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    // Letters need no backslash, and some would mean something with one.
    return std::regex_replace(regex, std::regex("\\\\([a-z])"), "$1");
  }
  bool Take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string_view rest_;
};

std::string RandomPattern(Random& random, int nesting) {
  static const std::vector<std::string> kPieces{"a", "b", ".", ".", "*", "**", ".**", "**.", ".*"};
  std::string pattern;
  for (uint64_t left = 1 + random.Below(4); left > 0; --left) {
    if (nesting < 2 && random.Below(5) == 0) {
      pattern += '{' + RandomPattern(random, nesting + 1);
      for (uint64_t more = random.Below(3); more > 0; --more) {
        pattern += ',' + RandomPattern(random, nesting + 1);
      }
      pattern += '}';
    } else {
      pattern += kPieces[random.Below(kPieces.size())];
    }
  }
  return pattern;
}

TEST(TagPatternTest, RandomPatternsMatchWhatFluentdsDo) {
  const auto random = SeededRandom(11);
  int matched = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string pattern = RandomPattern(*random, 0);
    const std::regex regex(Translation::Of(pattern));
    const auto parsed = TagPattern::Parse(pattern);
    ASSERT_TRUE(parsed.ok()) << pattern;
    for (int t = 0; t < 20; ++t) {
      std::string tag;
      for (uint64_t left = random->Below(7); left > 0; --left) tag += "ab.."[random->Below(4)];
      const bool expected = std::regex_match(tag, regex);
      ASSERT_EQ(parsed->Matches(tag), expected) << pattern << " on \"" << tag << '"';
      matched += expected ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 500);
}

}  // namespace
}  // namespace andon
