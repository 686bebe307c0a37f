#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"

namespace andon {
namespace {

using ::testing::HasSubstr;

std::string Transformed(std::string_view yaml, const std::string& record) {
  auto filter = MakePlugin<Filter>("record_transformer", yaml);
  EXPECT_TRUE(filter.ok()) << filter.status().message();
  if (!filter.ok()) return "no filter";
  ContextFixture fixture;
  EXPECT_TRUE((*filter)->Prepare(fixture.plugin()).ok());
  const TestBatch batch("log.http.access", {record});
  const Filtered filtered = RunFilter(**filter, batch.batch());
  EXPECT_EQ(filtered.events.size(), 1u);
  return filtered.events.empty() ? "no event" : filtered.events[0].record;
}

std::string Problem(std::string_view yaml) {
  return std::string(MakePlugin<Filter>("record_transformer", yaml).status().message());
}

TEST(RecordTransformerTest, SetsRemovesAndRenames) {
  EXPECT_EQ(Transformed("{set: {env: prod}, remove: [token], rename: {msg: message}}",
                        R"({"msg":"m","token":"t","x":1})"),
            R"({"message":"m","x":1,"env":"prod"})");
}

TEST(RecordTransformerTest, FillsPlaceholders) {
  EXPECT_EQ(Transformed(R"({set: {s: "${tag_parts[1]}/${record['a']['b']}/${tag}"}})",
                        R"({"a":{"b":7}})"),
            R"({"a":{"b":7},"s":"http/7/log.http.access"})");
}

TEST(RecordTransformerTest, KeepsTheTypeOfALoneField) {
  EXPECT_EQ(Transformed(R"({set: {code: "${record['http']['code']}"}, remove: [http]})",
                        R"({"http":{"code":200}})"),
            R"({"code":200})");
}

TEST(RecordTransformerTest, SetsNothingForALoneFieldThatIsNotThere) {
  EXPECT_EQ(
      Transformed(R"({set: {code: "${record['no']}", t: "<${record['no']}>"}})", R"({"a":1})"),
      R"({"a":1,"t":"<>"})");
}

TEST(RecordTransformerTest, SetsNumbersBooleansAndNull) {
  EXPECT_EQ(Transformed(R"({set: {a: 2, b: true, c: null, d: "2", e: 1.5}})", R"({})"),
            R"({"a":2,"b":true,"c":null,"d":"2","e":1.5})");
}

TEST(RecordTransformerTest, KeepsOnlyWhatIsNamed) {
  EXPECT_EQ(Transformed("{keep: [b, zz], set: {n: 1}}", R"({"a":1,"b":2,"c":3})"),
            R"({"b":2,"n":1})");
}

TEST(RecordTransformerTest, SaysWhatIsWrongInItsConfiguration) {
  EXPECT_THAT(Problem("{}"), HasSubstr("needs set"));
  EXPECT_THAT(Problem(R"({set: {a: "${tag_part[1]}"}})"), HasSubstr("is no placeholder"));
  EXPECT_THAT(Problem(R"({set: {a: [1]}})"), HasSubstr("must be a text"));
  EXPECT_THAT(Problem("{keep: [a], remove: [b]}"), HasSubstr("goes with"));
}

}  // namespace
}  // namespace andon
