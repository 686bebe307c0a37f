#include "inputs/syslog/syslog_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon::syslog {
namespace {

using testing::ElementsAre;

struct Fed {
  std::vector<std::string> frames;  // With a letter in front: message, cut, too long, broken.
  std::string last;
  size_t most_kept = 0;
};

std::string Named(const SyslogFramer::Frame& frame) {
  constexpr const char* kLetters[] = {"", "m:", "c:", "t:", "i:", "b:"};
  return kLetters[static_cast<size_t>(frame.kind)] + std::string(frame.text);
}

Fed Feed(SyslogFramer framer, const std::vector<std::string>& pieces) {
  Fed fed;
  std::string kept;
  for (const std::string& piece : pieces) {
    kept += piece;
    std::string_view rest = kept;
    for (;;) {
      const SyslogFramer::Frame frame = framer.Next(rest);
      if (frame.kind == SyslogFramer::Kind::kMore) break;
      fed.frames.push_back(Named(frame));
      if (frame.kind == SyslogFramer::Kind::kBroken) return fed;
    }
    kept = std::string(rest);
    fed.most_kept = std::max(fed.most_kept, kept.size());
  }
  fed.last = Named(framer.Last(kept));
  return fed;
}

std::vector<std::string> Bytes(std::string_view text) {
  std::vector<std::string> pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

SyslogFramer Auto(size_t most = 20, Oversize oversize = Oversize::kCut) {
  return SyslogFramer(Framing::kAuto, most, oversize);
}

TEST(SyslogFramerTest, FindsOutTheFramingOfEachMessage) {
  EXPECT_THAT(Feed(Auto(), {"5 <1>ab<2>line\n6 <3>\nxy\n<4>z\r\n"}).frames,
              ElementsAre("m:<1>ab", "m:<2>line", "m:<3>\nxy", "m:<4>z"));
  EXPECT_THAT(Feed(Auto(), Bytes("5 <1>ab<2>line\n6 <3>\nxy\n<4>z\r\n")).frames,
              ElementsAre("m:<1>ab", "m:<2>line", "m:<3>\nxy", "m:<4>z"));
}

TEST(SyslogFramerTest, TakesALineThatBeginsWithANumberForALine) {
  EXPECT_THAT(Feed(Auto(), Bytes("10 green bottles\n")).frames, ElementsAre("m:10 green bottles"));
  EXPECT_THAT(Feed(Auto(), {"2026-11-21 x\n05 <1>a\n"}).frames,
              ElementsAre("m:2026-11-21 x", "m:05 <1>a"));
  EXPECT_THAT(Feed(Auto(40), {"1234567890123 <1>a\n"}).frames, ElementsAre("m:1234567890123 <1>a"));
}

TEST(SyslogFramerTest, EndsALineAtANulThatAMessageOrNothingFollows) {
  using std::string_literals::operator""s;
  EXPECT_THAT(Feed(Auto(), {"<1>a\0<2>b\0b\n<3>c\0"s}).frames,
              ElementsAre("m:<1>a", "m:<2>b\0b"s, "m:<3>c"));
  EXPECT_THAT(Feed(Auto(), {"<1>a\0"s, "\n<2>b\n"}).frames, ElementsAre("m:<1>a", "m:<2>b"));
}

TEST(SyslogFramerTest, StepsOverSpacesInFrontOfAMessageOnly) {
  EXPECT_THAT(Feed(Auto(), Bytes("  <1>a\n  b\n")).frames, ElementsAre("m:<1>a", "m:  b"));
}

TEST(SyslogFramerTest, CutsWhatIsTooLongAndGoesOnBehindIt) {
  const std::string lines = "<1>" + std::string(30, 'x') + "\n<2>b\n";
  const std::string counted = "33 <1>" + std::string(30, 'x') + "5 <2>ab";
  for (const auto& pieces : {std::vector<std::string>{lines}, Bytes(lines)}) {
    const Fed fed = Feed(Auto(), pieces);
    EXPECT_THAT(fed.frames, ElementsAre("c:<1>" + std::string(17, 'x'), "m:<2>b"));
    EXPECT_LE(fed.most_kept, 21u);
    EXPECT_THAT(Feed(Auto(20, Oversize::kDrop), pieces).frames, ElementsAre("t:", "m:<2>b"));
  }
  for (const auto& pieces : {std::vector<std::string>{counted}, Bytes(counted)}) {
    const Fed fed = Feed(Auto(), pieces);
    EXPECT_THAT(fed.frames, ElementsAre("c:<1>" + std::string(17, 'x'), "m:<2>ab"));
    EXPECT_LE(fed.most_kept, 23u);
    EXPECT_THAT(Feed(Auto(20, Oversize::kDrop), pieces).frames, ElementsAre("t:", "m:<2>ab"));
  }
  EXPECT_THAT(Feed(Auto(), {std::string(20, 'y') + "\n"}).frames,
              ElementsAre("m:" + std::string(20, 'y')));
}

TEST(SyslogFramerTest, SaysWhatBecomesOfAnUnfinishedMessage) {
  EXPECT_EQ(Feed(Auto(), {"<1>a"}).last, "m:<1>a");
  EXPECT_EQ(Feed(Auto(), {"<1>a\r"}).last, "m:<1>a");
  EXPECT_EQ(Feed(Auto(), {"9 <1>a"}).last, "i:<1>a");
  EXPECT_EQ(Feed(Auto(), {"9 "}).last, "m:9 ");
  EXPECT_EQ(Feed(Auto(), {"<1>a\n\n"}).last, "");
  EXPECT_EQ(Feed(Auto(), {std::string(30, 'x')}).last, "");  // Its front was a message.
  EXPECT_EQ(Feed(SyslogFramer(Framing::kOctetCounting, 20, Oversize::kCut), {"9"}).last, "i:9");
}

TEST(SyslogFramerTest, StopsWhereOctetCountingHasLostItsCount) {
  const SyslogFramer framer(Framing::kOctetCounting, 20, Oversize::kCut);
  EXPECT_THAT(Feed(framer, {"3 abc\n0 2 de"}).frames, ElementsAre("m:abc", "m:de"));
  EXPECT_THAT(Feed(framer, {"3 abcx5 y"}).frames, ElementsAre("m:abc", "b:x5 y"));
  EXPECT_THAT(Feed(framer, {"007 abc"}).frames, ElementsAre("b:007 abc"));
  EXPECT_THAT(Feed(framer, {"-5 abc"}).frames, ElementsAre("b:-5 abc"));
  EXPECT_THAT(Feed(framer, {"5<13>a"}).frames, ElementsAre("b:5<13>a"));
  EXPECT_THAT(Feed(framer, {"1234567890 a"}).frames, ElementsAre("b:1234567890 a"));
}

TEST(SyslogFramerTest, NewlineFramingCountsNothing) {
  const SyslogFramer framer(Framing::kNewline, 20, Oversize::kCut);
  EXPECT_THAT(Feed(framer, {"5 <1>ab\n<2>c\n"}).frames, ElementsAre("m:5 <1>ab", "m:<2>c"));
}

}  // namespace
}  // namespace andon::syslog
