#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/make_plugin.h"

namespace andon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Filtered Parsed(std::string_view yaml, const std::string& record) {
  auto filter = MakePlugin<Filter>("parser", yaml);
  EXPECT_TRUE(filter.ok()) << filter.status().message();
  if (!filter.ok()) return {};
  const TestBatch batch("log.a", {record});
  return RunFilter(**filter, batch.batch());
}

std::string Record(std::string_view yaml, const std::string& record) {
  const Filtered filtered = Parsed(yaml, record);
  EXPECT_THAT(filtered.failures, IsEmpty());
  return filtered.events.empty() ? "no event" : filtered.events[0].record;
}

constexpr const char* kLine = R"({"log":"{\"a\":1,\"b\":\"x\"}","host":"h"})";

TEST(ParserFilterTest, ReplacesTheRecordByWhatItParses) {
  EXPECT_EQ(Record("{key_name: log, parse: {type: json}}", kLine), R"({"a":1,"b":"x"})");
}

TEST(ParserFilterTest, KeepsTheOtherFieldsWhenAsked) {
  EXPECT_EQ(Record("{key_name: log, parse: json, reserve_data: true, remove_key_name_field: true}",
                   kLine),
            R"({"host":"h","a":1,"b":"x"})");
}

TEST(ParserFilterTest, PutsAPrefixInFrontOfEveryName) {
  EXPECT_EQ(Record("{key_name: log, parse: json, inject_key_prefix: p_}", kLine),
            R"({"p_a":1,"p_b":"x"})");
}

TEST(ParserFilterTest, PutsAllIntoOneField) {
  EXPECT_EQ(Record("{key_name: log, parse: json, hash_value_field: in}", kLine),
            R"({"in":{"a":1,"b":"x"}})");
}

TEST(ParserFilterTest, FailsWhatItCannotParseWithTheReason) {
  for (const char* record : {R"({"log":"{no"})", R"({"other":1})", R"({"log":{"a":1}})"}) {
    const Filtered filtered = Parsed("{key_name: log, parse: json}", record);
    ASSERT_EQ(filtered.failures.size(), 1u) << record;
    EXPECT_FALSE(filtered.failures[0].reason.empty());
    EXPECT_THAT(filtered.events, IsEmpty());
  }
}

TEST(ParserFilterTest, TakesTheTimeOfTheTextUnlessToldNotTo) {
  const char* yaml = "{key_name: log, parse: {type: json, time_key: t, time_type: unixtime}}";
  EXPECT_EQ(Parsed(yaml, R"({"log":"{\"t\":1000,\"a\":1}"})").events[0].time, (EventTime{1000, 0}));
  const char* reserve =
      "{key_name: log, reserve_time: true, parse: {type: json, time_key: t, time_type: unixtime}}";
  EXPECT_EQ(Parsed(reserve, R"({"log":"{\"t\":1000,\"a\":1}"})").events[0].time, kTestTime);
}

TEST(ParserFilterTest, WantsAFieldAndAParser) {
  const auto made = MakePlugin<Filter>("parser", "{}");
  EXPECT_THAT(made.status().message(), HasSubstr("key_name"));
  EXPECT_THAT(made.status().message(), HasSubstr("parse"));
}

}  // namespace
}  // namespace andon
