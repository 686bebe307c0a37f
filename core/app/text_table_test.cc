#include "core/app/text_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon {
namespace {

using Lines = std::vector<std::string>;

TEST(TextTableTest, BreaksAtSpacesAndKeepsLongWordsWhole) {
  EXPECT_EQ(WrapText("a bb ccc dddd", 6), (Lines{"a bb", "ccc", "dddd"}));
  EXPECT_EQ(WrapText("extraordinarily long", 6), (Lines{"extraordinarily", "long"}));
  EXPECT_EQ(WrapText("  two   words ", 20), Lines{"two words"});
  EXPECT_EQ(WrapText("", 10), Lines{""});
}

TEST(TextTableTest, CountsCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("\xC3\xA4\xE2\x82\xAC"), 2u);
  EXPECT_EQ(WrapText("\xC3\xA4\xC3\xA4 \xC3\xB6\xC3\xB6", 5),
            Lines{"\xC3\xA4\xC3\xA4 \xC3\xB6\xC3\xB6"});
}

TEST(TextTableTest, ColumnsBeginUnderEachOtherAndTheLastOneWraps) {
  EXPECT_EQ(FormatTable({{"a", "one"}, {"long", "two three four five six"}, {"", "seven"}}, 2, 32),
            "  a     one\n"
            "  long  two three four five six\n"
            "        seven\n");
  EXPECT_EQ(FormatTable({{"key", "some words that need two lines"}}, 1, 26),
            " key  some words that need\n"
            "      two lines\n");
}

TEST(TextTableTest, NoLineEndsWithSpaces) {
  EXPECT_EQ(FormatTable({{"a", ""}, {"b", "x"}}, 0, 80), "a\nb  x\n");
}

}  // namespace
}  // namespace andon
