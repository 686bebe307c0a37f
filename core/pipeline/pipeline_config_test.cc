#include "core/pipeline/pipeline_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/script_plugins.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const std::string& yaml) {
  const auto config = Config::FromText(yaml, "a.yaml");
  (void)ReadPipelineConfig(*config);
  std::vector<std::string> problems;
  for (const Problem& problem : config->problems()) problems.push_back(problem.ToString());
  return problems;
}

TEST(PipelineConfigTest, TheAdminAddressIsReadBeforeTheStart) {
  const auto admin = [](const std::string& text) {
    return Problems("service:\n  admin: " + text + "\n");
  };
  for (const char* good : {"none", "127.0.0.1:0", "localhost:24220", "unix:///run/andon.sock",
                           "/run/andon.sock", "\"[::1]:24220\""}) {
    EXPECT_THAT(admin(good), IsEmpty()) << good;
  }
  EXPECT_THAT(admin("nonsense"),
              ElementsAre("a.yaml:2:10: \"admin\": \"nonsense\": port is missing"));
  EXPECT_THAT(admin("24220"), ElementsAre(HasSubstr("a.yaml:2:10: \"admin\": \"24220\": a port")));
  EXPECT_THAT(admin("127.0.0.1:99999"), ElementsAre(HasSubstr("port must be a number from")));
  EXPECT_THAT(admin("unix://rel"), ElementsAre(HasSubstr("must begin with /")));
  EXPECT_THAT(admin("udp://h:1"), ElementsAre(HasSubstr("are on tcp:// or unix://")));
  EXPECT_THAT(admin("\"\""), ElementsAre(HasSubstr("\"admin\" must not be empty; none does")));
}

TEST(PipelineConfigTest, OnePartOfATypeMayGoWithoutAnId) {
  constexpr char kOne[] = "  - {type: test_output, match: \"**\"}\n";
  constexpr char kNamed[] = "  - {type: test_output, id: x, match: \"**\"}\n";
  const std::string outputs = "outputs:\n";
  EXPECT_THAT(Problems(outputs + kOne + kNamed), IsEmpty());
  EXPECT_THAT(Problems(outputs + kNamed + kOne), IsEmpty());
  EXPECT_THAT(Problems(outputs + kOne + kNamed + kOne + kOne),
              ElementsAre("a.yaml:4:5: two test_output outputs have no id: what was delivered is "
                          "remembered by it; give each one an id"));
  EXPECT_THAT(Problems("inputs: [{type: test_input}, {type: test_input}]\n"),
              ElementsAre("a.yaml:1:30: two test_input inputs have no id: what was read is "
                          "remembered by it; give each one an id"));
  EXPECT_THAT(Problems("filters: [{type: test_filter}, {type: test_filter}]\n"), IsEmpty());
}

TEST(PipelineConfigTest, AnIdThatIsAnothersTypeIsTaken) {
  EXPECT_THAT(Problems("inputs: [{type: test_input, id: test_input}, {type: test_input}]\n"),
              ElementsAre(HasSubstr("the id \"test_input\" is used by another input: give this "
                                    "one an id")));
  EXPECT_THAT(Problems("inputs: [{type: test_input}, {type: test_input, id: test_input}]\n"),
              ElementsAre(HasSubstr("\"test_input\" is used by another input")));
}

TEST(PipelineConfigTest, TwoFileOutputsNeverShareAPath) {
  constexpr char kFiles[] =
      "outputs:\n"
      "  - {type: test_output, match: a, path: /x}\n"
      "  - {type: test_output, id: b, match: b, path: /y}\n"
      "  - {type: test_output, id: c, match: c, path: /x}\n";
  EXPECT_THAT(Problems(kFiles),
              testing::Contains(HasSubstr("a.yaml:4:48: \"path\": output test_output "
                                          "writes there already: after a crash")));
}

std::vector<std::string> Retry(const std::string& retry) {
  return Problems("outputs:\n  - {type: test_output, match: a, retry: " + retry + "}\n");
}

TEST(PipelineConfigTest, TheWaitsOfARetryMakeSense) {
  EXPECT_THAT(Retry("{initial: 1s, max: 1s}"), IsEmpty());
  EXPECT_THAT(Retry("{max: 200ms}"), IsEmpty());  // The default of initial is bounded by it.
  EXPECT_THAT(Retry("{initial: 10m, max: 1s}"),
              ElementsAre("a.yaml:2:52: \"initial\" must not be longer than max, 1s"));
  EXPECT_THAT(Retry("{initial: 10m}"), ElementsAre(HasSubstr("longer than max, 1m")));
  EXPECT_THAT(Retry("{initial: 0s}"), ElementsAre(HasSubstr("\"initial\" must be longer than 0")));
  EXPECT_THAT(Retry("{initial: 1s, max: 0}"), ElementsAre(HasSubstr("\"max\" must be longer")));
}

TEST(PipelineConfigTest, AnOutputTakesErrorsWhenItTakesThoseOfEveryPluginAndTag) {
  const auto takes = [](const char* match) { return TakesErrors(*TagPattern::Parse(match)); };
  for (const char* all : {"**", "andon.**", "andon.error.**", "*.**", "andon.error.*.**",
                          "{log.**,andon.error.**}", "log.** andon.error.**"}) {
    EXPECT_TRUE(takes(all)) << all;
  }
  for (const char* some : {"*", "log.**", "andon.error.kafka.**", "andon.error.*.*", "*.*.*.*",
                           "andon.error.**.log"}) {
    EXPECT_FALSE(takes(some)) << some;
  }
}

}  // namespace
}  // namespace andon
