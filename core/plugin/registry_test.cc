#include "core/plugin/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/config/description.h"
#include "core/plugin/parser.h"

namespace andon {
namespace {

// A parser that is only there to be found.
struct SampleConfig {
  std::string word;
  int count = 1;
  static Result<SampleConfig> Parse(const ConfigNode& node) {
    SampleConfig config;
    ConfigReader reader(node);
    reader.Required("word", &config.word, "what to look for");
    reader.Optional("count", &config.count, "how often");
    RETURN_IF_ERROR(reader.Finish());
    if (!reader.describing() && config.count == 13) {
      return InvalidConfig("count must not be 13");
    }
    return config;
  }
};

class SampleParser : public Parser {
 public:
  using Config = SampleConfig;
  explicit SampleParser(Config config) : config_(std::move(config)) {}
  const char* Parse(std::string_view text, RecordWriter& /*out*/) override {
    return text == config_.word ? nullptr : "other word";
  }

 private:
  Config config_;
};

struct PlainConfig {
  static Result<PlainConfig> Parse(const ConfigNode& node) {
    ConfigReader reader(node);
    RETURN_IF_ERROR(reader.Finish());
    return PlainConfig();
  }
};
class PlainParser : public Parser {
 public:
  using Config = PlainConfig;
  explicit PlainParser(Config /*config*/) {}
  const char* Parse(std::string_view /*text*/, RecordWriter& /*out*/) override { return "never"; }
};

const Register<Parser, SampleParser> kSample("test_sample", "finds one word");
const Register<Parser, PlainParser> kPlain("test_plain", "has no options");

std::string FirstProblem(std::string_view yaml, std::string_view default_type = "") {
  const auto config = Config::FromText(yaml, "a.yaml");
  auto factory = ParsePlugin<Parser>(config->root().Get("parse"), default_type);
  if (config->ok()) return factory.ok() ? "ok" : "a status without a problem";
  EXPECT_FALSE(factory.ok());
  EXPECT_EQ(config->problems().size(), 1u);
  return config->problems()[0].ToString();
}

TEST(RegistryTest, FindsPluginsByNameInOrder) {
  const auto& all = Registry<Parser>::Get().all();
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Registration<Parser>::name));
  ASSERT_NE(Registry<Parser>::Get().Find("test_sample"), nullptr);
  EXPECT_EQ(Registry<Parser>::Get().Find("test_sample")->summary, "finds one word");
  EXPECT_EQ(Registry<Parser>::Get().Find("test_sampl"), nullptr);
}

TEST(RegistryTest, ANameIsTakenOnce) {
  EXPECT_DEATH((Register<Parser, SampleParser>("test_sample", "again")), "check failed");
}

TEST(RegistryTest, BuildsAnyNumberOfInstancesFromOneMap) {
  const auto config = Config::FromText("{type: test_sample, word: x}", "a.yaml");
  auto factory = ParsePlugin<Parser>(config->root());
  ASSERT_TRUE(factory.ok()) << factory.status().message();
  const auto one = (*factory)();
  const auto two = (*factory)();
  EXPECT_NE(one, two);
}

TEST(RegistryTest, TakesABareNameOrTheDefault) {
  EXPECT_EQ(FirstProblem("parse: test_plain"), "ok");
  EXPECT_EQ(FirstProblem("parse: {type: test_plain}"), "ok");
  EXPECT_EQ(FirstProblem("parse: {}", "test_plain"), "ok");
  EXPECT_EQ(FirstProblem("parse:", "test_plain"), "ok");
  EXPECT_EQ(FirstProblem("other: x", "test_plain"), "ok");
  EXPECT_EQ(FirstProblem("parse: {word: x}", "test_sample"), "ok");
}

TEST(RegistryTest, APluginMayBeCalledNull) {
  EXPECT_EQ(FirstProblem("parse: {type: null}"),
            "a.yaml:1:15: \"type\": unknown parser \"null\"; there are test_plain, test_sample");
  EXPECT_EQ(FirstProblem("parse: {type: ~}"),
            "a.yaml:1:15: \"type\" must be the name of a plugin, has no value");
}

TEST(RegistryTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(FirstProblem("parse: test_sampel"),
            "a.yaml:1:8: \"parse\": unknown parser \"test_sampel\"; did you mean \"test_sample\"?");
  EXPECT_EQ(FirstProblem("parse: {type: test_plian, x: 1}"),
            "a.yaml:1:15: \"type\": unknown parser \"test_plian\"; did you mean \"test_plain\"?");
  EXPECT_EQ(FirstProblem("parse: {word: x}"), "a.yaml:1:8: \"type\" is required");
  EXPECT_EQ(FirstProblem("parse: [x]"),
            "a.yaml:1:8: \"parse\" must be a map with a \"type\", is a list");
  EXPECT_EQ(FirstProblem("parse: {type: [x]}"),
            "a.yaml:1:15: \"type\" must be the name of a plugin, is a list");
  EXPECT_EQ(FirstProblem("parse:"),
            "a.yaml:1:1: \"parse\" has no value; a map with a \"type\" belongs here");
  EXPECT_EQ(FirstProblem("parse: test_sample"),
            "a.yaml:1:8: \"word\" is required (what to look for)");
  EXPECT_EQ(FirstProblem("parse: {type: test_plain, x: 1}"),
            "a.yaml:1:27: unknown option \"x\"; there is type");
}

TEST(RegistryTest, WhatAPluginOnlyReturnsBecomesAProblemToo) {
  EXPECT_EQ(FirstProblem("parse: {type: test_sample, word: x, count: 13}"),
            "a.yaml:1:8: \"parse\": test_sample: count must not be 13");
}

TEST(RegistryTest, DescribesAPlugin) {
  Description description;
  const auto config = Config::Describing(&description);
  EXPECT_TRUE(Registry<Parser>::Get().Find("test_sample")->parse(config->root()).ok());
  ASSERT_EQ(description.options().size(), 2u);
  EXPECT_EQ(description.options()[0].key, "word");
  EXPECT_TRUE(description.options()[0].required);
  EXPECT_EQ(description.options()[1].default_text, "1");
}

TEST(RegistryTest, APluginWithinAPluginIsReadAndDescribed) {
  const auto config = Config::FromText("parse: {type: test_sample, wrod: x}", "a.yaml");
  ConfigReader reader(config->root());
  Factory<Parser> factory;
  ReadPlugin(reader, "parse", &factory, "", "how to parse");
  ReadPlugin(reader, "other", &factory, "", "absent and without default");
  EXPECT_FALSE(reader.Finish().ok());
  EXPECT_EQ(config->problems().size(), 2u);
  EXPECT_FALSE(factory);

  Description description;
  const auto describing = Config::Describing(&description);
  ConfigReader describer(describing->root());
  ReadPlugin(describer, "parse", &factory, "test_plain", "how to parse");
  ASSERT_EQ(description.options().size(), 1u);
  EXPECT_EQ(description.options()[0].type, "parser");
  EXPECT_EQ(description.options()[0].default_text, "test_plain");
}

}  // namespace
}  // namespace andon
