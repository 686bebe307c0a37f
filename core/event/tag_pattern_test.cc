#include "core/event/tag_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// fluentd's own rules (lib/fluent/match.rb, GlobMatchPattern), done the slow way: braces are
// expanded, and each list of tokens is tried from every place.
enum class Token : char { kPart = 1, kAny, kPartEnd, kAnyParts };  // Other bytes are themselves.
using Tokens = std::string;

class Expansion {
 public:
  static std::vector<Tokens> Of(std::string_view pattern) {
    Expansion expansion(pattern);
    return expansion.Alternatives();
  }

 private:
  explicit Expansion(std::string_view pattern) : rest_(pattern) {}

  std::vector<Tokens> Alternatives() {
    std::vector<Tokens> all;
    for (;;) {
      const std::vector<Tokens> one = Sequence();
      all.insert(all.end(), one.begin(), one.end());
      if (!Take(",")) return all;
    }
  }
  std::vector<Tokens> Sequence() {
    std::vector<Tokens> all{""};
    while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '}') {
      if (Take("{")) {
        const std::vector<Tokens> group = Alternatives();
        Take("}");
        std::vector<Tokens> product;
        for (const Tokens& front : all) {
          for (const Tokens& back : group) product.push_back(front + back);
        }
        all = std::move(product);
        continue;
      }
      const Tokens next = Next();
      for (Tokens& tokens : all) tokens += next;
    }
    return all;
  }
  Tokens Next() {
    Tokens tokens;
    const auto add = [&](Token token) { tokens += static_cast<char>(token); };
    if (Take(".**.")) {
      add(Token::kPartEnd);
      add(Token::kAnyParts);
    } else if (Take(".**")) {
      add(Token::kPartEnd);
      add(Token::kAny);
    } else if (Take("**.")) {
      add(Token::kAnyParts);
    } else if (Take("**")) {
      add(Token::kAny);
    } else if (Take("*")) {
      add(Token::kPart);
    } else {
      tokens = rest_.substr(0, 1);
      rest_.remove_prefix(1);
    }
    return tokens;
  }
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string_view rest_;
};

// Where a token that begins at `at` may end.
std::vector<size_t> Ends(char token, std::string_view tag, size_t at) {
  std::vector<size_t> ends;
  const size_t part_end = std::min(tag.find('.', at), tag.size());
  switch (static_cast<Token>(token)) {
    case Token::kPartEnd:
      if (at == part_end) ends.push_back(at);
      return ends;
    case Token::kPart:
      for (size_t end = at; end <= part_end; ++end) ends.push_back(end);
      return ends;
    case Token::kAny:
      for (size_t end = at; end <= tag.size(); ++end) ends.push_back(end);
      return ends;
    case Token::kAnyParts:
      if (at == 0) ends.push_back(0);
      for (size_t dot = part_end; dot < tag.size(); dot = tag.find('.', dot + 1)) {
        ends.push_back(dot + 1);
      }
      return ends;
  }
  if (at < tag.size() && tag[at] == token) ends.push_back(at + 1);
  return ends;
}

bool SlowMatch(std::string_view tokens, std::string_view tag, size_t at) {
  if (tokens.empty()) return at == tag.size();
  const std::vector<size_t> ends = Ends(tokens.front(), tag, at);
  return std::ranges::any_of(ends,
                             [&](size_t end) { return SlowMatch(tokens.substr(1), tag, end); });
}

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
  for (int i = 0; i < 3000; ++i) {
    const std::string pattern = RandomPattern(*random, 0);
    const std::vector<Tokens> choices = Expansion::Of(pattern);
    const auto parsed = TagPattern::Parse(pattern);
    ASSERT_TRUE(parsed.ok()) << pattern;
    for (int t = 0; t < 20; ++t) {
      std::string tag;
      for (uint64_t left = random->Below(7); left > 0; --left) tag += "ab.."[random->Below(4)];
      const bool expected = std::any_of(choices.begin(), choices.end(), [&](const Tokens& tokens) {
        return SlowMatch(tokens, tag, 0);
      });
      ASSERT_EQ(parsed->Matches(tag), expected) << pattern << " on \"" << tag << '"';
      matched += expected ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 3000);
}

}  // namespace
}  // namespace andon
