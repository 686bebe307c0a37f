// Lines with what fluentd 1.19's parsers make of them, for the parsers that andon has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/plugin/registry.h"
#include "test/conformance/case_file.h"
#include "test/support/make_plugin.h"

namespace andon {
namespace {

// A parser's options as YAML in flow style.
std::string Yaml(ValueView conf) {
  std::string yaml = "{timezone: UTC";
  for (auto option = conf.begin_map(); !option.done(); option.Next()) {
    yaml += ", " + std::string(*option.key().AsString()) + ": '" +
            std::string(*option.value().AsString()) + "'";
  }
  return yaml + "}";
}

// fluentd keeps integers of any size; msgpack has 64 bits, and andon the digits.
const std::map<std::string, std::string>& BigIntegers() {
  static const std::map<std::string, std::string> kRecords = {
      {"prs-071", R"({"a":"12345678901234567890123"})"},
      {"prs-034", R"({"host":"127.0.0.1","user":null,"method":"GET","path":"/","code":200,)"
                  R"("size":"99999999999999999999","referer":null,"agent":null})"}};
  return kRecords;
}

// In the order of the keys.
std::string Sorted(ValueView map) {
  std::map<std::string, std::string> fields;
  for (auto field = map.begin_map(); !field.done(); field.Next()) {
    fields.emplace(*field.key().AsString(), JsonFromValue(field.value()));
  }
  std::string text;
  for (const auto& [key, value] : fields) text += key + "=" + value + "\n";
  return text;
}

void CheckCase(const Case& c, const std::string& type) {
  const bool has_zone = type == "json" || type == "regexp" || type == "ltsv";
  auto parser = MakePlugin<Parser>(type, has_zone ? Yaml(*c.Find("conf")) : "");
  ASSERT_TRUE(parser.ok()) << parser.status().message();
  const ValueView expect = *c.Find("fluentd");
  const ParsedLine line = RunParser(**parser, c.Text("input").value_or(""));
  if (Case::FindIn(expect, "error").has_value()) {
    EXPECT_NE(line.error, "") << line.record;
    return;
  }
  ASSERT_EQ(line.error, "");
  const ByteBuffer record = MsgpackFromJson(line.record);
  if (const auto big = BigIntegers().find(c.id()); big != BigIntegers().end()) {
    const ByteBuffer wanted = MsgpackFromJson(big->second);
    EXPECT_EQ(Sorted(ValueView(record.bytes())), Sorted(ValueView(wanted.bytes())));
  } else {
    EXPECT_EQ(Sorted(ValueView(record.bytes())), Sorted(*Case::FindIn(expect, "record")));
  }
  const ValueView time = *Case::FindIn(expect, "time");
  if (time.Find("now").has_value()) {
    EXPECT_EQ(line.time, kTestTime);
  } else {
    EXPECT_EQ(line.time.seconds, *time.Find("sec")->AsUint());
    EXPECT_EQ(line.time.nanoseconds, *time.Find("nsec")->AsUint());
  }
}

TEST(ParserLinesTest, AreReadAsFluentdReadsThem) {
  std::map<std::string, int> counts;
  for (const Case& c : ReadCases(ANDON_CASES "/lines.jsonl")) {
    const std::string type = *c.Text("parser");
    if (Registry<Parser>::Get().Find(type) == nullptr) continue;
    SCOPED_TRACE(c.id() + " " + type + ": " + c.Text("input").value_or(""));
    ++counts[type];
    CheckCase(c, type);
  }
  EXPECT_EQ(counts, (std::map<std::string, int>{
                        {"apache2", 50}, {"json", 16}, {"ltsv", 5}, {"none", 2}, {"regexp", 8}}));
}

}  // namespace
}  // namespace andon
