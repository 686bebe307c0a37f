#include "core/config/config_loader.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/config/config_node.h"
#include "test/support/memory_files.h"

namespace andon {
namespace {

using Texts = std::vector<std::string>;

class ConfigLoaderTest : public testing::Test {
 protected:
  std::shared_ptr<Config> Load(const std::string& path, std::map<std::string, std::string> texts) {
    files_ = MemoryFiles(std::move(texts));
    LoadOptions options;
    options.files = &files_;
    options.environment = [](const char* name) -> const char* {
      return std::string_view(name) == "PORT" ? "24224" : nullptr;
    };
    return Config::Load(path, options);
  }
  static Texts Problems(const Config& config) {
    Texts texts;
    for (const Problem& problem : config.problems()) texts.push_back(problem.ToString());
    return texts;
  }
  // `[a, b]`, `{k: v}`: what came out.
  static std::string Show(const ConfigNode& node) {
    std::string text;
    switch (node.kind()) {
      case ConfigNode::Kind::kScalar:
        return std::string(node.text());
      case ConfigNode::Kind::kList:
        for (const ConfigNode& item : node.items()) text += (text.empty() ? "" : ", ") + Show(item);
        return "[" + text + "]";
      case ConfigNode::Kind::kMap:
        for (const auto& [key, value] : node.fields()) {
          text += (text.empty() ? "" : ", ") + key + ": " + Show(value);
        }
        return "{" + text + "}";
      default:
        return "~";
    }
  }

  MemoryFiles files_{{}};
};

TEST_F(ConfigLoaderTest, AFolderIsReadInTheOrderOfNames) {
  const auto config = Load("/e", {{"/e/20.yaml", "inputs: [c]\nservice: {workers: 2}"},
                                  {"/e/10.yml", "inputs: [a, b]\nservice: {data_dir: /x}"},
                                  {"/e/.hidden.yaml", "inputs: [h]"},
                                  {"/e/readme.txt", "not yaml: ["},
                                  {"/e/30.yaml", "# nothing yet"}});
  EXPECT_EQ(Problems(*config), Texts{});
  EXPECT_EQ(Show(config->root()), "{inputs: [a, b, c], service: {data_dir: /x, workers: 2}}");
}

TEST_F(ConfigLoaderTest, AKeySetInTwoFilesIsAProblemWithBothPlaces) {
  const auto config = Load("/e", {{"/e/a.yaml", "journal: none\nservice: {workers: 2}"},
                                  {"/e/b.yaml", "service: {workers: 3}\njournal: {size: 1}"}});
  EXPECT_EQ(Problems(*config),
            (Texts{"/e/b.yaml:1:11: \"workers\" is set already, at /e/a.yaml:2",
                   "/e/b.yaml:2:1: \"journal\" is set already, at /e/a.yaml:1"}));
}

TEST_F(ConfigLoaderTest, WhatIsNotThereIsSaidOnce) {
  EXPECT_EQ(Problems(*Load("/gone.yaml", {})), (Texts{"/gone.yaml: No such file or directory"}));
  for (const char* nothing : {"", "# nothing\n"}) {
    EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", nothing}})),
              (Texts{"/a.yaml:1:1: configuration is empty"}));
  }
  EXPECT_EQ(Problems(*Load("/e", {{"/e/readme", ""}})),
            (Texts{"/e: folder holds no *.yaml or *.yml file"}));
}

TEST_F(ConfigLoaderTest, IncludePutsFilesWhereItStands) {
  const auto config = Load("/e/a.yaml", {{"/e/a.yaml",
                                          "inputs: [a]\n"
                                          "include: [parts/*.yaml, ../other.yaml]\n"
                                          "outputs: [z]\n"},
                                         {"/e/parts/2.yaml", "inputs: [c]"},
                                         {"/e/parts/1.yaml", "inputs: [b]\noutputs: [y]"},
                                         {"/other.yaml", "filters: [f]"}});
  EXPECT_EQ(Problems(*config), Texts{});
  EXPECT_EQ(Show(config->root()), "{inputs: [a, b, c], outputs: [y, z], filters: [f]}");
  EXPECT_EQ(config->root().Get("inputs").items().at(1).mark().file, "/e/parts/1.yaml");
}

TEST_F(ConfigLoaderTest, IncludeInAListPutsItemsInItsPlace) {
  const auto config =
      Load("/e/a.yaml", {{"/e/a.yaml",
                          "filters:\n  - x\n  - include: list.yaml\n  - y\n"
                          "  - {include: one.yaml}\n  - {include: none*.yaml}\n"},
                         {"/e/list.yaml", "- p\n- ${PORT}\n- {include: more/m.yaml}\n"},
                         {"/e/more/m.yaml", "[q]"},
                         {"/e/one.yaml", "{type: grep}"}});
  EXPECT_EQ(Problems(*config), Texts{});
  EXPECT_EQ(Show(config->root()), "{filters: [x, p, 24224, q, y, {type: grep}]}");
}

TEST_F(ConfigLoaderTest, MistakesOfIncludeAreFound) {
  EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", "include: gone.yaml\nx: 1"}})),
            (Texts{"/a.yaml:1:10: /gone.yaml: No such file or directory"}));
  EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", "include: {a: b}\nx: 1"}})),
            (Texts{"/a.yaml:1:10: \"include\" needs a file, a glob, or a list of them"}));
  EXPECT_EQ(
      Problems(*Load("/a.yaml", {{"/a.yaml", "include: [b.yaml, ./b.yaml]"}, {"/b.yaml", "x: 1"}})),
      (Texts{"/a.yaml:1:10: \"/b.yaml\" is read already"}));
  EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", "include: b.yaml"}, {"/b.yaml", "[x]"}})),
            (Texts{"/b.yaml:1:1: a configuration is a map: \"inputs: ...\", \"outputs: ...\""}));
}

TEST_F(ConfigLoaderTest, AFileOfAFolderIsNotIncludedToo) {
  EXPECT_EQ(Problems(*Load("/e", {{"/e/a.yaml", "include: b.yaml"}, {"/e/b.yaml", "x: 1"}})),
            (Texts{"/e/a.yaml:1:10: \"/e/b.yaml\" is read already"}));
}

TEST_F(ConfigLoaderTest, AFileThatIncludesItselfIsFound) {
  EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", "include: b.yaml\nx: 1"},
                                       {"/b.yaml", "include: a.yaml\ny: 1"}})),
            (Texts{"/b.yaml:1:10: \"/a.yaml\" includes itself"}));
  EXPECT_EQ(Problems(*Load("/a.yaml", {{"/a.yaml", "l: [{include: l.yaml}]"},
                                       {"/l.yaml", "[{include: l.yaml}]"}})),
            (Texts{"/l.yaml:1:12: \"/l.yaml\" includes itself"}));
}

TEST_F(ConfigLoaderTest, IncludesThatMultiplyEndEarly) {
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 12; ++i) {
    std::string list = "[";
    for (int j = 0; j < 10; ++j) list += "{include: " + std::to_string(i + 1) + ".yaml}, ";
    texts["/" + std::to_string(i) + ".yaml"] = list + "]";
  }
  texts["/12.yaml"] = "[x]";
  texts["/a.yaml"] = "l: [{include: 0.yaml}]";
  const Texts problems = Problems(*Load("/a.yaml", texts));
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(problems[0].find("too many files included"), std::string::npos) << problems[0];
}

TEST_F(ConfigLoaderTest, EveryFileOfAFolderIsCheckedAfterASyntaxError) {
  EXPECT_EQ(Problems(*Load(
                "/e", {{"/e/a.yaml", "a: ["}, {"/e/b.yaml", "b: {"}, {"/e/c.yaml", "c: 1\nc: 2"}})),
            (Texts{"/e/a.yaml:1:4: \"[\" is never closed", "/e/b.yaml:1:4: \"{\" is never closed",
                   "/e/c.yaml:2:1: \"c\" is repeated; it stands at line 1 already"}));
}

TEST_F(ConfigLoaderTest, UnsetVariablesAreSaidWhereTheyStandAndOnlyOnce) {
  const auto config = Load("/a.yaml", {{"/a.yaml", "a: ${NOPE}\nb: \"${PORT}\"\n"}});
  const ConfigNode a = config->root().Get("a");
  EXPECT_FALSE(a.Fail("must be a number").ok());
  EXPECT_EQ(Problems(*config),
            (Texts{"/a.yaml:1:4: environment variable NOPE is not set; set it, or write "
                   "${NOPE:-default}"}));
  EXPECT_EQ(config->root().Get("b").text(), "24224");
  EXPECT_FALSE(config->root().Get("b").quoted());
}

TEST_F(ConfigLoaderTest, KeysThatBeginWithXAreAPlaceForAnchors) {
  const auto config =
      Load("/a.yaml", {{"/a.yaml", "x-tls: &tls {ca: /ca.pem}\noutputs: [{<<: *tls, type: t}]\n"}});
  EXPECT_EQ(Problems(*config), Texts{});
  EXPECT_EQ(Show(config->root()), "{outputs: [{type: t, ca: /ca.pem}]}");
}

TEST_F(ConfigLoaderTest, SecretsComeFromFiles) {
  const auto config =
      Load("/e/a.yaml", {{"/e/a.yaml", "key: \"${file:key}\"\n"}, {"/e/key", "s3cret\n"}});
  EXPECT_TRUE(config->root().Get("key").secret());
  EXPECT_EQ(config->root().Get("key").text(), "s3cret");
}

}  // namespace
}  // namespace andon
