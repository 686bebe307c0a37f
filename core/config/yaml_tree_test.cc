#include "core/config/yaml_tree.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/config/config_node.h"

namespace andon {
namespace {

using Kind = ConfigNode::Kind;

std::shared_ptr<Config> Read(std::string_view text) { return Config::FromText(text, "a.yaml"); }

std::vector<std::string> Problems(std::string_view text) {
  std::vector<std::string> texts;
  for (const Problem& problem : Read(text)->problems()) texts.push_back(problem.ToString());
  return texts;
}
using Texts = std::vector<std::string>;

std::string Place(const ConfigNode& node) {
  return std::to_string(node.mark().line) + ":" + std::to_string(node.mark().column);
}

TEST(YamlTreeTest, EveryValueKnowsItsPlaceInCharacters) {
  const auto config =
      Read("a: 1\r\nlist:\r\n  - x\r\n  - {k: \"v\"}\r\n\xC3\xA4\xC3\xB6: [\xE2\x82\xAC, y]\n");
  ASSERT_TRUE(config->ok());
  const ConfigNode root = config->root();
  EXPECT_EQ(Place(root.Get("a")), "1:4");
  EXPECT_EQ(Place(root.Get("list").items().at(0)), "3:5");
  EXPECT_EQ(Place(root.Get("list").items().at(1).Get("k")), "4:9");
  EXPECT_EQ(Place(root.Get("\xC3\xA4\xC3\xB6").items().at(1)), "5:9");
}

TEST(YamlTreeTest, KeepsTheOrderOfKeysAndTheirKinds) {
  const auto config =
      Read("b: text\na:\nc: ~\nd: null\ne: \"null\"\nf: 'x'\ng: |\n  y\nh: []\ni: {}\n");
  ASSERT_TRUE(config->ok());
  const auto fields = config->root().fields();
  std::string kinds;
  for (const auto& [key, node] : fields) {
    kinds += key + std::to_string(static_cast<int>(node.kind())) + (node.quoted() ? "q" : "");
  }
  EXPECT_EQ(kinds, "b2a1c1d1e2qf2qg2qh3i4");
}

TEST(YamlTreeTest, LeavesPlainWordsAndNumbersAsTheyAreWritten) {
  const auto config = Read("a: yes\nb: 017\nc: 1e3\nd: 12:30:45\ne: 1.10\nf: NO\n");
  std::string all;
  for (const auto& [key, node] : config->root().fields()) all += std::string(node.text()) + " ";
  EXPECT_EQ(all, "yes 017 1e3 12:30:45 1.10 NO ");
}

TEST(YamlTreeTest, RepeatedKeysAreFoundAtEveryDepth) {
  EXPECT_EQ(Problems("a: 1\nb: {x: 1, x: 2}\na: 3\nc:\n  - d: 1\n    d: 2\n"),
            (Texts{"a.yaml:2:11: \"x\" is repeated; it stands at line 2 already",
                   "a.yaml:3:1: \"a\" is repeated; it stands at line 1 already",
                   "a.yaml:6:5: \"d\" is repeated; it stands at line 5 already"}));
  EXPECT_EQ(Read("a: 1\na: 2\n")->root().Get("a").text(), "1");
}

TEST(YamlTreeTest, ASecondDocumentIsRefused) {
  EXPECT_EQ(Problems("a: 1\n---\nb: 1\n"),
            (Texts{"a.yaml:2:1: a second document begins here; a file holds one"}));
  EXPECT_EQ(Problems("---\na: 1\n...\n"), Texts{});
}

TEST(YamlTreeTest, AliasesAndMergeKeysWork) {
  const auto config = Read(
      "base: &b {x: 1, y: 2}\nmore: &m {y: 5, z: 6}\n"
      "a: *b\nc: {<<: *b, y: 3}\nd: {<<: [*m, *b]}\n");
  ASSERT_TRUE(config->ok());
  const ConfigNode root = config->root();
  EXPECT_EQ(root.Get("a").Get("y").text(), "2");
  EXPECT_EQ(root.Get("c").Get("x").text(), "1");
  EXPECT_EQ(root.Get("c").Get("y").text(), "3");
  EXPECT_EQ(root.Get("d").Get("y").text(), "5");
  EXPECT_EQ(root.Get("d").fields().size(), 3u);
}

TEST(YamlTreeTest, MistakesWithAliasesAreFound) {
  EXPECT_EQ(Problems("a: *x\n"), (Texts{"a.yaml:1:4: a text that begins with \"*\" is to be "
                                        "quoted; as an alias it has no anchor"}));
  EXPECT_EQ(Problems("a: &x [1, *x]\n"), (Texts{"a.yaml:1:11: alias stands within its anchor"}));
  EXPECT_EQ(Problems("a: &x 1\nb: {*x : 2}\n"), (Texts{"a.yaml:2:5: an alias cannot be a key"}));
  EXPECT_EQ(Problems("a: {<<: 1}\n"), (Texts{"a.yaml:1:5: \"<<\" needs a map, or a list of maps"}));
}

TEST(YamlTreeTest, ABillionLaughsEndEarly) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j > 0 ? ", " : "") + before;
    text += "]\n";
  }
  const Texts problems = Problems(text);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("more than 200000 values; aliases count each time"),
            std::string::npos);
}

TEST(YamlTreeTest, MergedMapsCountToo) {
  std::string text = "a0: &a0 {";
  for (int i = 0; i < 100; ++i) text += "k" + std::to_string(i) + ": [1, 2, 3],";
  text += "}\nl:\n";
  for (int i = 0; i < 1000; ++i) text += "  - {<<: *a0}\n";
  const Texts problems = Problems(text);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("more than 200000 values"), std::string::npos);
}

TEST(YamlTreeTest, DeepNestingIsRefused) {
  EXPECT_EQ(Problems("a: " + std::string(200, '[') + std::string(200, ']')),
            Texts{"a.yaml:1:67: nested deeper than 64 levels"});
  EXPECT_EQ(Problems("a: " + std::string(50, '[') + std::string(50, ']')), Texts{});
  // Through aliases: each is flat by itself.
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  }
  const Texts problems = Problems(text);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("nested deeper than 64 levels"), std::string::npos);
}

TEST(YamlTreeTest, QuotesThatNobodyClosesAreFound) {
  EXPECT_EQ(Problems("a: \"x\nb: 1\n"), (Texts{"a.yaml:1:4: quote is never closed"}));
  EXPECT_EQ(Problems("a: 'it''s\n"), (Texts{"a.yaml:1:4: quote is never closed"}));
  EXPECT_EQ(Problems("a: 'it''s'\nb: \"\\\"\"\nc: &x 'y'\nd: !!str \"z\"\n"), Texts{});
}

TEST(YamlTreeTest, BytesThatAreNoTextAreFoundWithTheirPlace) {
  EXPECT_EQ(Problems("a: 1\nb: x\xFFy\n"),
            (Texts{"a.yaml:2:5: byte 0xff is not UTF-8; save the file as UTF-8"}));
  EXPECT_EQ(Problems("a: \xC0\xAF\n"),
            (Texts{"a.yaml:1:4: byte 0xc0 is not UTF-8; save the file as UTF-8"}));
  EXPECT_EQ(Problems("a: \xED\xA0\x80\n"),
            (Texts{"a.yaml:1:4: byte 0xed is not UTF-8; save the file as UTF-8"}));
  EXPECT_EQ(Problems(std::string_view("a: \0b\n", 6)),
            (Texts{"a.yaml:1:4: control character 0x00 is not allowed; in double quotes write it "
                   "as \\x00"}));
  EXPECT_EQ(Problems("\xFF\xFE"
                     "a\0"),
            (Texts{"a.yaml:1:1: file is UTF-16; save it as UTF-8"}));
  EXPECT_EQ(Problems("\xEF\xBB\xBF"
                     "a: 1\n"),
            Texts{});
}

TEST(YamlTreeTest, AFileThatIsTooLargeIsRefused) {
  EXPECT_EQ(Problems(std::string(kMaxConfigBytes + 1, '#')),
            (Texts{"a.yaml: file has 4194305 bytes, at most 4194304 are read"}));
}

TEST(YamlTreeTest, SyntaxErrorsSayWhatToDo) {
  const std::pair<const char*, const char*> kCases[] = {
      {"a:\n\tb: 1\n", "a.yaml:2:3: tab in the indentation of line 2; YAML allows spaces only"},
      {"a: b: c\n",
       "a.yaml:1:5: \":\" is not allowed here; quote a text that holds \": \", or correct the "
       "indentation"},
      {"a: [1, 2\nb: 3\n", "a.yaml:1:4: \"[\" is never closed"},
      {"a: {x: 1\n", "a.yaml:1:4: \"{\" is never closed"},
      {"l:\n  - {path: /x/${tag}.log, a: b}\n  - c\n",
       "a.yaml:2:5: \"${\" in line 2 needs quotes around its text, as it stands within { } or [ ]"},
      {"l: [a, ${X}]\n",
       "a.yaml:1:4: \"${\" in line 1 needs quotes around its text, as it stands within { } or [ ]"},
      {"l:\n  - type:tail\n    path: x\n", "a.yaml:3:9: \":\" in line 2 needs a space behind it"},
      {"a: @x\n", "a.yaml:1:4: character is not allowed here; quote the text"},
      {"p: \"\\d+\"\n",
       "a.yaml:1:7: unknown escape behind \"\\\" in double quotes; write \\\\ for a backslash, or "
       "use single quotes"},
      {"a: ]\n", "a.yaml:1:4: \"]\" or \"}\" does not belong here"},
      {"a:\n  - 1\n - 2\n",
       "a.yaml:3:2: key or \"key: value\" expected; correct the indentation, or put \":\" behind "
       "the key"},
      {"a: *\n", "a.yaml:1:5: \"*\" begins an alias; quote the text"},
      {"a: **\n",
       "a.yaml:1:4: a text that begins with \"*\" is to be quoted; as an alias it has no anchor"},
      {"a: *.log\n",
       "a.yaml:1:4: a text that begins with \"*\" is to be quoted; as an alias it has no anchor"},
      {"a: !foo 1\n", "a.yaml:1:4: tag \"!foo\" is not supported"},
      {": x\n", "a.yaml:1:1: a key must not be empty"},
      {"{a: 1}: 2\n",
       "a.yaml:1:1: a key must be plain text; quote it when it begins with \"{\" or \"[\""},
      {"", "a.yaml:1:1: configuration is empty"},
      {"# nothing\n", "a.yaml:1:1: configuration is empty"},
      {"- a\n", "a.yaml:1:1: a configuration is a map: \"inputs: ...\", \"outputs: ...\""},
  };
  for (const auto& [text, wanted] : kCases) EXPECT_EQ(Problems(text), (Texts{wanted})) << text;
}

TEST(YamlTreeTest, NothingIsPlacedAtItsKey) {
  const auto config = Read("a:\n\nb: ~\nc: &x\nl:\n  -\n  - y\n");
  EXPECT_EQ(Place(config->root().Get("a")), "1:1");
  EXPECT_EQ(Place(config->root().Get("b")), "3:4");
  EXPECT_EQ(config->root().Get("b").text(), "~");
  EXPECT_EQ(config->root().Get("a").text(), "");
  EXPECT_EQ(Place(config->root().Get("l").items().at(0)), "6:3");
}

TEST(YamlTreeTest, WhatStandsBeforeASyntaxErrorIsStillRead) {
  const auto config = Read("a: 1\na: 2\nlist:\n  - x\n  - y: [\nc: 1\n");
  EXPECT_EQ(config->problems().size(), 2u);
  EXPECT_EQ(config->root().Get("list").items().at(0).text(), "x");
  // What is missing may be missing because of the error.
  EXPECT_FALSE(config->root().Get("other").Fail("is required").ok());
  EXPECT_EQ(config->problems().size(), 2u);
}

}  // namespace
}  // namespace andon
