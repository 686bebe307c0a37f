#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/make_plugin.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Kept(std::string_view yaml, const std::vector<std::string>& records) {
  auto grep = MakePlugin<Filter>("grep", yaml);
  EXPECT_TRUE(grep.ok()) << grep.status().message();
  if (!grep.ok()) return {"no filter"};
  const TestBatch batch("log.a", records);
  const Filtered filtered = RunFilter(**grep, batch.batch());
  EXPECT_THAT(filtered.failures, IsEmpty());
  EXPECT_EQ(filtered.events.size() + filtered.dropped, records.size());
  std::vector<std::string> kept;
  for (const TestEvent& event : filtered.events) kept.push_back(event.record);
  return kept;
}

std::string Problem(std::string_view yaml) {
  return std::string(MakePlugin<Filter>("grep", yaml).status().message());
}

TEST(GrepTest, KeepsOnlyWhatMatches) {
  EXPECT_THAT(Kept("{key: level, pattern: ^ERROR$}",
                   {R"({"level":"INFO"})", R"({"level":"ERROR"})", R"({"level":"ERRORS"})"}),
              ElementsAre(R"({"level":"ERROR"})"));
}

TEST(GrepTest, DropsWhatMatchesWhenItExcludes) {
  EXPECT_THAT(Kept("{key: level, pattern: INFO, exclude: true}",
                   {R"({"level":"INFO"})", R"({"level":"WARN"})", R"({"other":1})"}),
              ElementsAre(R"({"level":"WARN"})", R"({"other":1})"));
}

TEST(GrepTest, MatchesNumbersAndNestedFieldsByTheirText) {
  EXPECT_THAT(Kept("{key: $.http.code, pattern: ^5}",
                   {R"({"http":{"code":503}})", R"({"http":{"code":200}})", R"({"http":5})",
                    R"({"http":{"code":null}})"}),
              ElementsAre(R"({"http":{"code":503}})"));
}

TEST(GrepTest, WantsEveryRegexpAndNoExclude) {
  EXPECT_THAT(
      Kept("{regexp: [{key: a, pattern: x}, {key: b, pattern: y}], "
           "exclude: [{key: c, pattern: z}]}",
           {R"({"a":"x","b":"y"})", R"({"a":"x","b":"n"})", R"({"a":"x","b":"y","c":"z"})"}),
      ElementsAre(R"({"a":"x","b":"y"})"));
}

TEST(GrepTest, OrWantsOneAndAndDropsAllTogether) {
  EXPECT_THAT(Kept("{or: {regexp: [{key: a, pattern: x}, {key: b, pattern: y}]}, "
                   "and: {exclude: [{key: a, pattern: x}, {key: b, pattern: y}]}}",
                   {R"({"a":"x"})", R"({"b":"y"})", R"({"a":"x","b":"y"})", R"({"c":1})"}),
              ElementsAre(R"({"a":"x"})", R"({"b":"y"})"));
}

TEST(GrepTest, FailsAnEventThatNeedsTooMuchBacktracking) {
  auto grep = MakePlugin<Filter>("grep", R"({key: m, pattern: "(x+x+)+[yz]"})");
  ASSERT_TRUE(grep.ok());
  const TestBatch batch("log.a", {R"({"m":")" + std::string(200, 'x') + R"("})"});
  const Filtered filtered = RunFilter(**grep, batch.batch());
  ASSERT_EQ(filtered.failures.size(), 1u);
  EXPECT_THAT(filtered.failures[0].reason, HasSubstr("match limit"));
}

TEST(GrepTest, SaysWhatIsWrongInItsConfiguration) {
  EXPECT_THAT(Problem("{}"), HasSubstr("grep needs key and pattern"));
  for (const char* wrong : {"{exclude: {key: a, pattern: b}}", "{exclude: true}",
                            "{key: a, pattern: b, exclude: {key: c, pattern: d}}"}) {
    EXPECT_THAT(Problem(wrong), HasSubstr("\"exclude\" must be a list of maps: write [{key: "));
  }
  EXPECT_THAT(Problem("{regexp: {key: a, pattern: b}}"), HasSubstr("must be a list of maps"));
  EXPECT_THAT(Problem("{key: level}"), HasSubstr("pattern"));
  EXPECT_THAT(Problem("{key: level, pattern: '('}"), HasSubstr("column"));
  EXPECT_THAT(Problem("{key: '$.a[0]', pattern: x}"), HasSubstr("only keys of maps"));
  EXPECT_THAT(Problem("{key: a, patern: x}"), HasSubstr("pattern"));
}

}  // namespace
}  // namespace andon
