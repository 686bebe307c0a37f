#include "inputs/tail/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.h"

namespace andon::tail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Collect final : LineSink {
  void Line(std::string_view text, bool cut) override {
    lines.push_back(std::string(text) + (cut ? "<cut>" : ""));
  }
  std::vector<std::string> lines;
};

class LineSplitterTest : public testing::Test {
 protected:
  Collect sink;
};

TEST_F(LineSplitterTest, GivesWholeLinesAndKeepsTheRest) {
  LineSplitter splitter({});
  splitter.Feed("one\ntwo\nthr", sink);
  EXPECT_THAT(sink.lines, ElementsAre("one", "two"));
  EXPECT_EQ(splitter.emitted(), 8u);
  EXPECT_TRUE(splitter.pending());
  splitter.Feed("ee\n", sink);
  EXPECT_THAT(sink.lines, ElementsAre("one", "two", "three"));
  EXPECT_EQ(splitter.emitted(), 14u);
  EXPECT_FALSE(splitter.pending());
}

TEST_F(LineSplitterTest, TakesCrLfEmptyLinesNulAndAnyBytes) {
  LineSplitter splitter({});
  splitter.Feed("a\r\n\n\r\nb\r", sink);
  splitter.Feed(std::string_view("\nx\0y\n\xff\xfe\n", 8), sink);
  EXPECT_THAT(sink.lines,
              ElementsAre("a", "", "", "b", std::string("x\0y", 3), std::string("\xff\xfe")));
}

TEST_F(LineSplitterTest, FlushGivesALineWithoutItsEnd) {
  LineSplitter splitter({});
  splitter.Feed("last", sink);
  EXPECT_THAT(sink.lines, IsEmpty());
  splitter.Flush(sink);
  EXPECT_THAT(sink.lines, ElementsAre("last"));
  EXPECT_EQ(splitter.emitted(), 4u);
  splitter.Flush(sink);
  EXPECT_THAT(sink.lines, ElementsAre("last"));
}

TEST_F(LineSplitterTest, CutsWhatIsLongerThanTheLimitWhereverItIsFed) {
  for (size_t step = 1; step <= 12; ++step) {
    sink.lines.clear();
    LineSplitter splitter({.max_bytes = 4});
    const std::string text = "12345678\n1234\r\n12345\n123\n";
    for (size_t at = 0; at < text.size(); at += step) {
      splitter.Feed(std::string_view(text).substr(at, step), sink);
    }
    EXPECT_THAT(sink.lines, ElementsAre("1234<cut>", "1234", "1234<cut>", "123")) << step;
    EXPECT_EQ(splitter.emitted(), text.size());
  }
}

TEST_F(LineSplitterTest, JoinsLinesUpToTheNextStart) {
  const Pattern start = *Pattern::Compile("^[0-9]");
  LineSplitter splitter({.start = &start});
  splitter.Feed("orphan\n1 first\n  more\r\n", sink);
  EXPECT_THAT(sink.lines, ElementsAre("orphan"));
  EXPECT_EQ(splitter.emitted(), 7u);
  splitter.Feed("  and more\n2 second\n", sink);
  EXPECT_THAT(sink.lines, ElementsAre("orphan", "1 first\n  more\n  and more"));
  EXPECT_TRUE(splitter.pending());
  splitter.Flush(sink);
  EXPECT_EQ(sink.lines.back(), "2 second");
  EXPECT_FALSE(splitter.pending());
}

TEST_F(LineSplitterTest, ALineWithoutItsEndIsNoStartUntilItIsWhole) {
  const Pattern start = *Pattern::Compile("^[0-9]+ ");
  LineSplitter splitter({.start = &start});
  splitter.Feed("1 a\n12", sink);
  EXPECT_THAT(sink.lines, IsEmpty());
  splitter.Feed("3 b\n", sink);
  EXPECT_THAT(sink.lines, ElementsAre("1 a"));
  EXPECT_EQ(splitter.emitted(), 4u);
}

TEST_F(LineSplitterTest, AnEventOfSeveralLinesHasALimitToo) {
  const Pattern start = *Pattern::Compile("^#");
  LineSplitter splitter({.max_bytes = 8, .start = &start});
  splitter.Feed("#a\nbbbbbbbbbbbb\ncc\n#d\n", sink);
  EXPECT_THAT(sink.lines, ElementsAre("#a\nbbbbb<cut>"));
}

std::string RandomLines(Random& random) {
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += random.Below(3) == 0 ? "#" : "";
    text += std::string(random.Below(12), static_cast<char>('a' + i % 26)) + "\n";
  }
  return text;
}

// Feeds from `position` on in pieces, until it stops somewhere; returns where to go on.
uint64_t FeedSome(const SplitOptions& options, const std::string& text, uint64_t position,
                  Random& random, LineSink& sink) {
  LineSplitter splitter(options);
  splitter.Restart(position);
  while (position < text.size() && random.Below(8) != 0) {
    const std::string_view some = std::string_view(text).substr(position, 1 + random.Below(40));
    splitter.Feed(some, sink);
    position += some.size();
  }
  if (position == text.size()) splitter.Flush(sink);
  return splitter.emitted();
}

// Whatever the reads are, the events and the places to go on from are the same.
TEST_F(LineSplitterTest, ARestartFromAnyEmittedOffsetGivesEveryEventOnce) {
  const Pattern start = *Pattern::Compile("^#");
  const auto random = SeededRandom(7);
  for (int round = 0; round < 400; ++round) {
    const SplitOptions options{.max_bytes = 20, .start = round % 2 == 0 ? nullptr : &start};
    const std::string text = RandomLines(*random);
    LineSplitter whole(options);
    Collect expected;
    whole.Feed(text, expected);
    whole.Flush(expected);
    Collect got;
    for (uint64_t at = 0; at < text.size();) at = FeedSome(options, text, at, *random, got);
    ASSERT_EQ(got.lines, expected.lines);
  }
}

}  // namespace
}  // namespace andon::tail
