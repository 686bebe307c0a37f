#include "core/config/config_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/config/description.h"

namespace andon {

enum class Sync : uint8_t { kGroup, kOs };
template <>
struct EnumNames<Sync> {
  static constexpr std::pair<std::string_view, Sync> kNames[] = {{"group", Sync::kGroup},
                                                                 {"os", Sync::kOs}};
};

namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct Server {
  std::string address;
  int weight = 1;
};

// One option of every kind.
struct Sample {
  std::string path;
  bool flag = false;
  int count = 3;
  uint16_t port = 24224;
  uint64_t limit = 10;
  double ratio = 0.5;
  Duration interval = 5s;
  ByteSize size{uint64_t{64} << 20};
  Secret key;
  Sync sync = Sync::kGroup;
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> labels;
  std::optional<int> maybe;
  std::string ca;
  std::vector<Server> servers;

  void Read(ConfigReader& reader) {
    reader.Required("path", &path, "files to read");
    reader.Optional("flag", &flag, "a flag");
    reader.Optional("count", &count, "a count");
    reader.Optional("port", &port, "a port");
    reader.Optional("limit", &limit, "a limit");
    reader.Optional("ratio", &ratio, "a ratio");
    reader.Optional("interval", &interval, "how often");
    reader.Optional("size", &size, "how large");
    reader.Optional("key", &key, "shared key");
    reader.Optional("sync", &sync, "when");
    reader.Optional("words", &words, "some words");
    reader.Optional("labels", &labels, "names and values");
    reader.Optional("maybe", &maybe, "perhaps");
    reader.Section("tls", true, "how to encrypt",
                   [this](ConfigReader& tls) { tls.Required("ca", &ca, "file"); });
    reader.List("servers", &servers, false, "where to", [](ConfigReader& each, Server* server) {
      each.Required("address", &server->address, "host:port");
      each.Optional("weight", &server->weight, "share");
    });
  }
};

struct Outcome {
  Sample sample;
  Status status;
  Texts problems;
};

Outcome Read(std::string_view yaml) {
  Outcome outcome;
  const auto config = Config::FromText(yaml, "a.yaml");
  ConfigReader reader(config->root());
  outcome.sample.Read(reader);
  outcome.status = reader.Finish();
  for (const Problem& problem : config->problems()) outcome.problems.push_back(problem.ToString());
  return outcome;
}

TEST(ConfigReaderTest, ReadsEveryKindOfValue) {
  const Outcome outcome = Read(
      "path: /x\nflag: true\ncount: -7\nport: 514\nlimit: 18446744073709551615\nratio: 1e-3\n"
      "interval: 1h30m\nsize: 10kB\nkey: s3cret\nsync: os\nwords: [a, b]\nlabels: {x: 1, y: z}\n"
      "maybe: 4\ntls: {ca: /ca}\nservers: [{address: a}, {address: b, weight: 2}]\n");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.message();
  const Sample& sample = outcome.sample;
  EXPECT_EQ(sample.path, "/x");
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ(sample.count, -7);
  EXPECT_EQ(sample.port, 514);
  EXPECT_EQ(sample.limit, UINT64_MAX);
  EXPECT_DOUBLE_EQ(sample.ratio, 0.001);
  EXPECT_EQ(sample.interval, 90min);
  EXPECT_EQ(sample.size.bytes, 10'000u);
  EXPECT_EQ(sample.key.value, "s3cret");
  EXPECT_EQ(sample.sync, Sync::kOs);
  EXPECT_EQ(sample.words, (Texts{"a", "b"}));
  EXPECT_EQ(sample.labels.at(1).second, "z");
  EXPECT_EQ(sample.maybe, 4);
  EXPECT_EQ(sample.ca, "/ca");
  ASSERT_EQ(sample.servers.size(), 2u);
  EXPECT_EQ(sample.servers[1].weight, 2);
}

TEST(ConfigReaderTest, KeepsDefaultsForWhatIsAbsentOrNull) {
  const Outcome outcome = Read("path: x\ncount:\nwords: single\ntls:\n");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.message();
  EXPECT_EQ(outcome.sample.count, 3);
  EXPECT_EQ(outcome.sample.words, Texts{"single"});
  EXPECT_FALSE(outcome.sample.maybe.has_value());
}

TEST(ConfigReaderTest, ReportsEveryProblemAtOnceInTheOrderOfTheFile) {
  const Outcome outcome = Read(
      "coutn: 1\nflag: yes\nport: 70000\nservers: [{adress: a}, x]\ntls: {}\nwords: [a, [b]]\n");
  EXPECT_EQ(outcome.status.code(), StatusCode::kInvalidConfig);
  EXPECT_EQ(outcome.problems,
            (Texts{"a.yaml:1:1: \"path\" is required (files to read)",
                   "a.yaml:1:1: unknown option \"coutn\"; did you mean \"count\"?",
                   "a.yaml:2:7: \"flag\" must be true or false, is \"yes\"; write true",
                   "a.yaml:3:7: \"port\" must be from 0 to 65535, is \"70000\"",
                   "a.yaml:4:11: \"address\" is required (host:port)",
                   "a.yaml:4:12: unknown option \"adress\"; did you mean \"address\"?",
                   "a.yaml:4:24: \"servers\" must be a map of options, is \"x\"",
                   "a.yaml:5:6: \"ca\" is required (file)",
                   "a.yaml:6:12: \"words\" must be text, is a list"}));
}

TEST(ConfigReaderTest, ExplainsWhatOtherYamlReadersWouldTake) {
  const std::pair<const char*, const char*> kCases[] = {
      {"flag: 'true'",
       "\"flag\" must be true or false, is \"true\" in quotes; leave the quotes away"},
      {"flag: Off", "\"flag\" must be true or false, is \"Off\"; write false"},
      {"flag: maybe", "\"flag\" must be true or false, is \"maybe\""},
      {"flag: [true]", "\"flag\" must be true or false, is a list"},
      {"count: 017",
       "\"count\" must be a whole number, is \"017\"; leave the leading 0 away "
       "(elsewhere it means octal)"},
      {"count: 0x10", "\"count\" must be a whole number, is \"0x10\"; write it in decimal"},
      {"count: 1e3", "\"count\" must be a whole number, is \"1e3\"; write the digits out"},
      {"count: 1_000",
       "\"count\" must be a whole number, is \"1_000\"; write the digits without "
       "\"_\" and \",\""},
      {"count: \"5\"",
       "\"count\" must be a whole number, is text in quotes; leave the quotes away"},
      {"count: 1.5", "\"count\" must be a whole number, is \"1.5\""},
      {"count: five", "\"count\" must be a whole number, is \"five\""},
      {"count: 3000000000", "\"count\" must be from -2147483648 to 2147483647, is \"3000000000\""},
      {"port: -1", "\"port\" must be from 0 to 65535, is \"-1\""},
      {"count: {a: 1}", "\"count\" must be a whole number, is a map"},
      {"ratio: .nan", "\"ratio\" must be a number such as 0.5, is \".nan\""},
      {"ratio: 1e999", "\"ratio\" must be a number such as 0.5, is \"1e999\""},
      {"interval: 5",
       "\"interval\" must be a duration such as 300ms, 5s or 1h30m, is \"5\"; the unit "
       "is missing"},
      {"interval: [5s]", "\"interval\" must be a duration such as 300ms, 5s or 1h30m, is a list"},
      {"size: 8m",
       "\"size\" must be a size such as 512, 10kB or 64MiB, is \"8m\"; \"m\" is no unit; "
       "write MiB for powers of 1024, MB for powers of 1000"},
      {"sync: gruop", "\"sync\" must be one of group, os, is \"gruop\"; did you mean \"group\"?"},
      {"sync: none", "\"sync\" must be one of group, os, is \"none\""},
      {"labels: x", "\"labels\" must be a map of names to values"},
      {"tls: x", "\"tls\" must be a map of options, is \"x\""},
      {"servers: {address: x}", "\"servers\" must be a list of maps, is a map"},
  };
  for (const auto& [yaml, wanted] : kCases) {
    const Outcome outcome = Read("path: x\n" + std::string(yaml));
    ASSERT_EQ(outcome.problems.size(), 1u) << yaml;
    EXPECT_EQ(outcome.problems[0].substr(outcome.problems[0].find(' ') + 1), wanted);
    EXPECT_FALSE(outcome.status.ok());
  }
}

TEST(ConfigReaderTest, NeverPrintsASecret) {
  const Outcome list = Read("path: x\nkey: [hunter2]\n");
  EXPECT_EQ(list.problems, Texts{"a.yaml:2:6: \"key\" must be text, is a list"});
  const auto config = Config::FromText("key: hunter2\n", "a.yaml");
  config->root().Get("key").MarkSecret();
  EXPECT_EQ(config->root().Get("key").Shown().find("hunter2"), std::string::npos);
  EXPECT_EQ(config->root().Fingerprint().find("hunter2"), std::string::npos);
}

TEST(ConfigReaderTest, ARequiredOptionWithoutValueIsSaidSo) {
  EXPECT_EQ(Read("path:\n").problems,
            Texts{"a.yaml:1:1: \"path\" is required but has no value (files to read)"});
}

TEST(ConfigReaderTest, WhatIsRequiredIsNotEmpty) {
  EXPECT_EQ(Read("path: \"\"\n").problems, Texts{"a.yaml:1:7: \"path\" must not be empty"});
  const auto config = Config::FromText("words: []\nkey: ''\n", "a.yaml");
  ConfigReader reader(config->root());
  Texts words;
  Secret key;
  reader.Required("words", &words, "some");
  reader.Optional("key", &key, "may be empty");
  reader.Fail("words", "must be a consequence");
  EXPECT_FALSE(reader.Finish().ok());
  ASSERT_EQ(config->problems().size(), 1u);
  EXPECT_EQ(config->problems()[0].ToString(), "a.yaml:1:8: \"words\" must have at least one item");
}

TEST(ConfigReaderTest, WhatIsNoMapHasOneProblem) {
  const auto config = Config::FromText("plugin: text\n", "a.yaml");
  ConfigReader reader(config->root().Get("plugin"));
  Sample sample;
  sample.Read(reader);
  EXPECT_FALSE(reader.Finish().ok());
  ASSERT_EQ(config->problems().size(), 1u);
  EXPECT_EQ(config->problems()[0].ToString(),
            "a.yaml:1:9: \"plugin\" must be a map of options, is \"text\"");
}

TEST(ConfigReaderTest, FailPointsAtTheOptionOrAtTheMapThatLacksIt) {
  const auto config = Config::FromText("outer:\n  a: 1\n", "a.yaml");
  ConfigReader reader(config->root().Get("outer"));
  int a = 0;
  reader.Optional("a", &a, "");
  reader.Fail("a", "must be less than b");
  reader.Fail("b", "names nothing");
  reader.Fail("a", "\"a\" again");
  reader.Fail("a", "10.0.0.1: port is missing");
  EXPECT_EQ(reader.Finish().code(), StatusCode::kInvalidConfig);
  Texts problems;
  for (const Problem& problem : config->problems()) problems.push_back(problem.ToString());
  EXPECT_EQ(problems, (Texts{"a.yaml:2:3: \"b\" names nothing", "a.yaml:2:6: \"a\" again",
                             "a.yaml:2:6: \"a\" must be less than b",
                             "a.yaml:2:6: \"a\": 10.0.0.1: port is missing"}));
}

TEST(ConfigReaderTest, OneReadersProblemsAreNotAnothers) {
  const auto config = Config::FromText("a: {path: x, flag: 7}\nb: {path: y}\n", "a.yaml");
  ConfigReader bad(config->root().Get("a"));
  ConfigReader good(config->root().Get("b"));
  Sample sample;
  sample.Read(bad);
  sample.Read(good);
  EXPECT_FALSE(bad.Finish().ok());
  EXPECT_TRUE(good.Finish().ok());
}

TEST(ConfigReaderTest, DescribesItsOptionsFromTheSameCode) {
  Description description;
  const auto config = Config::Describing(&description);
  ConfigReader reader(config->root());
  Sample sample;
  sample.Read(reader);
  EXPECT_TRUE(reader.describing());
  EXPECT_TRUE(reader.Finish().ok());
  Texts lines;
  for (const OptionDescription& option : description.options()) {
    lines.push_back(option.key + "|" + option.type + "|" + option.default_text +
                    (option.required ? "|!" : ""));
  }
  EXPECT_EQ(lines, (Texts{"path|string||!", "flag|true | false|false", "count|number|3",
                          "port|number|24224", "limit|number|10", "ratio|fraction|0.5",
                          "interval|duration|5s", "size|size|64MiB", "key|secret|",
                          "sync|group | os|group", "words|list of string|", "labels|map of string|",
                          "maybe|number|", "tls|map|", "tls.ca|string||!", "servers|list of maps|",
                          "servers[].address|string||!", "servers[].weight|number|1"}));
}

}  // namespace
}  // namespace andon
