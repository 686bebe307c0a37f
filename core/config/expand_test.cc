#include "core/config/expand.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "test/support/memory_files.h"

namespace andon {
namespace {

class ExpandTest : public testing::Test {
 protected:
  ExpandTest()
      : files_({{"/etc/andon/key", "s3cret\n"},
                {"/etc/andon/windows", "s3cret\r\n"},
                {"/etc/andon/lines", "a\nb\n\n"},
                {"/etc/andon/dollar", "${HOME}"}}) {
    context_.files = &files_;
    context_.folder = "/etc/andon";
    context_.environment = [](const char* name) -> const char* {
      static const std::map<std::string, const char*> kSet = {
          {"HOME", "/root"}, {"EMPTY", ""}, {"A1_B", "x"}, {"NESTED", "${HOME}"}};
      const auto found = kSet.find(name);
      return found == kSet.end() ? nullptr : found->second;
    };
  }

  std::string Text(std::string_view text) {
    const auto expansion = Expand(text, context_);
    return expansion.ok() ? expansion->text : "error: " + std::string(expansion.status().message());
  }

  MemoryFiles files_;
  ExpandContext context_;
};

TEST_F(ExpandTest, PutsEnvironmentVariablesIn) {
  EXPECT_EQ(Text("${HOME}"), "/root");
  EXPECT_EQ(Text("a${HOME}/b${A1_B}c"), "a/root/bxc");
  EXPECT_EQ(Text("${EMPTY}"), "");
  EXPECT_EQ(Text("no dollar"), "no dollar");
}

TEST_F(ExpandTest, LeavesThePlaceholdersOfPluginsAlone) {
  for (const char* text : {"${tag}", "${hostname}", "${record[\"a\"][\"b\"]}", "${tag_parts[1]}",
                           "$1", "$", "$$", "${", "${}", "${ HOME }", "${1A}", "a$b", "^x{2}$"}) {
    EXPECT_EQ(Text(text), text);
  }
}

TEST_F(ExpandTest, TakesTheDefaultWhenAVariableIsUnsetOrEmpty) {
  EXPECT_EQ(Text("${NOPE:-x y}"), "x y");
  EXPECT_EQ(Text("${NOPE:-}"), "");
  EXPECT_EQ(Text("${EMPTY:-x}"), "x");
  EXPECT_EQ(Text("${HOME:-x}"), "/root");
}

TEST_F(ExpandTest, WritesADollarBraceForTwoDollars) {
  EXPECT_EQ(Text("$${HOME}"), "${HOME}");
  EXPECT_EQ(Text("$$${HOME}"), "$${HOME}");
  EXPECT_EQ(Text("$${tag}"), "${tag}");
}

TEST_F(ExpandTest, NeverExpandsWhatWasPutIn) {
  EXPECT_EQ(Text("${NESTED}"), "${HOME}");
  EXPECT_EQ(Text("${file:dollar}"), "${HOME}");
}

TEST_F(ExpandTest, ReadsFilesWithoutTheirLastLineEndAndKeepsThemSecret) {
  const auto expansion = Expand("Bearer ${file:key}", context_);
  ASSERT_TRUE(expansion.ok());
  EXPECT_EQ(expansion->text, "Bearer s3cret");
  EXPECT_TRUE(expansion->secret);
  EXPECT_EQ(Text("${file:/etc/andon/windows}"), "s3cret");
  EXPECT_EQ(Text("${file:../andon/lines}"), "a\nb\n");
  EXPECT_FALSE(Expand("${HOME}", context_)->secret);
}

TEST_F(ExpandTest, SaysWhatIsWrong) {
  EXPECT_EQ(Text("${NOPE}"),
            "error: environment variable NOPE is not set; set it, or write ${NOPE:-default}");
  EXPECT_EQ(Text("${HOME"), "error: \"}\" is missing behind \"${HOME\"");
  EXPECT_EQ(Text("${HOME?x}"),
            "error: \"${HOME?x}\" is not understood; write ${HOME} or ${HOME:-default}, or $${ for "
            "a plain ${");
  EXPECT_EQ(Text("${file:key"), "error: \"}\" is missing behind \"${file:\"");
  EXPECT_EQ(Text("${file:}"), "error: \"${file:}\" names no file");
  EXPECT_EQ(Text("${file:gone}"), "error: /etc/andon/gone: No such file or directory");
}

}  // namespace
}  // namespace andon
