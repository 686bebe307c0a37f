// What the parsers promise beyond the conformance cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/codec/access_line.h"
#include "core/codec/json_reader.h"
#include "core/plugin/parser.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using testing::HasSubstr;

std::unique_ptr<Parser> Make(std::string_view type, std::string_view yaml = "") {
  auto parser = MakePlugin<Parser>(type, yaml);
  EXPECT_TRUE(parser.ok()) << parser.status().message();
  return parser.ok() ? *std::move(parser) : nullptr;
}

ParsedLine Parsed(std::string_view type, std::string_view yaml, std::string_view text) {
  return RunParser(*Make(type, yaml), text);
}

std::string MistakeIn(std::string_view type, std::string_view yaml) {
  auto parser = MakePlugin<Parser>(type, yaml);
  EXPECT_FALSE(parser.ok()) << yaml;
  return std::string(parser.status().message());
}

TEST(JsonParserTest, KeepsNumbersThatSixtyFourBitsCannotHoldAsText) {
  EXPECT_THAT(Parsed("json", "",
                     R"({"a":18446744073709551616,"b":-9223372036854775809,)"
                     R"("c":1e999,"d":[123456789012345678901234567890]})"),
              RecordIs(R"({"a":"18446744073709551616","b":"-9223372036854775809",)"
                       R"("c":"1e999","d":["123456789012345678901234567890"]})"));
  EXPECT_THAT(Parsed("json", "", R"({"a":-9223372036854775808,"b":1e2,"c":-0.5,"d":0})"),
              RecordIs(R"({"a":-9223372036854775808,"b":100.0,"c":-0.5,"d":0})"));
}

TEST(JsonParserTest, TakesTheLastOfKeysThatComeAgainAtEveryDepth) {
  EXPECT_THAT(Parsed("json", "", R"({"a":1,"b":{"x":1,"y":[{"k":1,"k":2}],"x":3},"a":{"z":0}})"),
              RecordIs(R"({"b":{"y":[{"k":2}],"x":3},"a":{"z":0}})"));
  EXPECT_THAT(Parsed("json", "", R"({"\u0061":1,"a":"\n"})"), RecordIs(R"({"a":"\n"})"));
  std::string many = "{";
  for (int i = 0; i < 100; ++i)
    many += "\"key" + std::to_string(i % 60) + "\":" + std::to_string(i) + ",";
  many += "\"end\":1}";
  const ParsedLine line = Parsed("json", "", many);
  EXPECT_THAT(line.record, HasSubstr("\"key0\":60,"));
  EXPECT_THAT(line.record, testing::Not(HasSubstr("\"key0\":0,")));
  EXPECT_THAT(line.record, HasSubstr("\"key59\":59,"));
}

TEST(JsonParserTest, TakesTheTimeOnceWhenItsKeyComesAgain) {
  const ParsedLine line = Parsed("json", "", R"({"time":1,"a":0,"time":2})");
  EXPECT_THAT(line, RecordIs(R"({"a":0})"));
  EXPECT_EQ(line.time, (EventTime{2, 0}));
}

TEST(JsonParserTest, RefusesWhatIsNestedTooDeepAndTakesWhatIsNot) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "{\"a\":";
    text += "1";
    return text + std::string(static_cast<size_t>(depth), '}');
  };
  EXPECT_EQ(Parsed("json", "", nested(kMaxJsonDepth)).error, "");
  EXPECT_EQ(Parsed("json", "", nested(kMaxJsonDepth + 1)).error, "the JSON is nested too deep");
  EXPECT_NE(Parsed("json", "", nested(100'000)).error, "");
  EXPECT_NE(Parsed("json", "", R"({"a":)" + std::string(100'000, '[')).error, "");
  const std::string arrays = R"({"a":)" + std::string(30, '[') + std::string(30, ']') + "}";
  EXPECT_EQ(Parsed("json", "", arrays).error, "");
}

TEST(JsonParserTest, RefusesWhatIsNoJsonAndGoesOnWithTheNextLine) {
  const auto parser = Make("json");
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "{]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\":1]",
                           "{\"a\":[1}",
                           "{\"a\":tru}",
                           "{\"a\":truex}",
                           "{\"a\":nul}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":-}",
                           "{\"a\":1e}",
                           "{\"a\":+1}",
                           "{\"a\":NaN}",
                           "{\"a\":1 2}",
                           "{\"a\":\"x}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\ud800\\u0041\"}",
                           "{\"a\":1}}",
                           "{\"a\":1}{\"b\":2}",
                           "{\"a\":1} x",
                           "{a:1}",
                           "{'a':1}",
                           "\"a\"",
                           "12",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xed\xa0\x80\"}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}"}) {
    EXPECT_NE(RunParser(*parser, text).error, "") << text;
    EXPECT_THAT(RunParser(*parser, R"({"ok":true})"), RecordIs(R"({"ok":true})")) << text;
  }
  EXPECT_NE(RunParser(*parser, std::string_view("{\"a\":\"\0\"}", 9)).error, "");
}

TEST(JsonParserTest, KeepsEscapesNulsAndLongStrings) {
  EXPECT_THAT(Parsed("json", "", R"({"a\u0000b":"\u0000\ud83d\ude00\/\b\"","\\":"\\"})"),
              RecordIs("{\"a\\u0000b\":\"\\u0000😀/\\u0008\\\"\",\"\\\\\":\"\\\\\"}"));
  std::string text(100'000, 'x');
  const std::string escaped = "{\"a\":\"" + text + "\\n\",\"b\":\"" + text + "\\t\"}";
  EXPECT_EQ(Parsed("json", "", escaped).record,
            NormalJson("{\"a\":\"" + text + "\\n\",\"b\":\"" + text + "\\t\"}"));
}

TEST(JsonParserTest, FindsTheTimeInWhateverFormItIsGiven) {
  EXPECT_EQ(Parsed("json", "", R"({"time":1795266739.123456789})").time,
            (EventTime{1'795'266'739, 123'456'789}));
  EXPECT_EQ(Parsed("json", "", R"({"time":1.5e0})").time, (EventTime{1, 500'000'000}));
  EXPECT_EQ(Parsed("json", "", R"({"time":"2026-11-21T13:12:19Z"})").time,
            (EventTime{1'795'266'739, 0}));
  EXPECT_THAT(Parsed("json", "{time_key: at, keep_time_key: true}", R"({"at":7,"time":8})"),
              RecordIs(R"({"at":7,"time":8})"));
  EXPECT_EQ(Parsed("json", "{time_key: ''}", R"({"time":7})").time, kTestTime);
  // Nobody said how it is written: a field like any other.
  EXPECT_THAT(Parsed("json", "", R"({"time":"tea"})"), RecordIs(R"({"time":"tea"})"));
  EXPECT_THAT(Parsed("json", "", R"({"time":-1})"), RecordIs(R"({"time":-1})"));
  EXPECT_NE(Parsed("json", "{time_type: float}", R"({"time":"tea"})").error, "");
  EXPECT_THAT(Parsed("json", "{time_format: '%Y'}", R"({"time":"tea"})").error,
              HasSubstr("time_format says: %Y"));
  EXPECT_THAT(Parsed("json", "", R"({"time":null})"), RecordIs(R"({"time":null})"));
}

TEST(JsonParserTest, AppliesTypesToTheFieldsOfTheRecord) {
  EXPECT_THAT(Parsed("json", "{types: {a: integer, b: string, c: bool}, null_empty_string: true}",
                     R"({"a":"42","b":7,"c":"yes","d":"","e":{"a":"42","d":""}})"),
              RecordIs(R"({"a":42,"b":"7","c":true,"d":null,"e":{"a":"42","d":""}})"));
}

TEST(RegexpParserTest, TakesNamedGroupsOfBothSpellingsAndLeavesOutThoseWithoutAMatch) {
  EXPECT_THAT(Parsed("regexp", "{expression: '^(?<a>x)(?P<b>y)?(?<c>z)?'}", "xz"),
              RecordIs(R"({"a":"x","c":"z"})"));
  EXPECT_THAT(Parsed("regexp", "{expression: '^(?:(?<a>1)|(?<a>2))'}", "2"),
              RecordIs(R"({"a":"2"})"));
}

TEST(RegexpParserTest, AppliesTypes) {
  const std::string yaml =
      "{expression: '^(?<i>[^|]*)\\|(?<f>[^|]*)\\|(?<b>[^|]*)\\|(?<l>[^|]*)\\|(?<t>[^|]*)$', "
      "types: {i: integer, f: float, b: bool, l: 'array:;', t: 'time:%Y'}, timezone: UTC}";
  EXPECT_THAT(Parsed("regexp", yaml, " -1_000x|1.5e3|YES|a;;b;;|2026"),
              RecordIs(R"({"i":-1000,"f":1500.0,"b":true,"l":["a","","b"],)"
                       R"("t":{"$eventtime":[1767225600,0]}})"));
  EXPECT_THAT(Parsed("regexp", yaml, "x|inf|no||x"),
              RecordIs(R"({"i":0,"f":0.0,"b":false,"l":[],"t":"x"})"));
  EXPECT_THAT(Parsed("regexp", yaml, "18446744073709551615|-.5|1|;|2026"),
              RecordIs(R"({"i":18446744073709551615,"f":-0.5,"b":true,"l":[],)"
                       R"("t":{"$eventtime":[1767225600,0]}})"));
  EXPECT_THAT(
      Parsed("regexp", "{expression: '(?<n>.*)', types: 'n:integer'}", "99999999999999999999x"),
      RecordIs(R"({"n":"99999999999999999999"})"));
}

TEST(RegexpParserTest, MakesNullsOfWhatIsEmptyOrNothing) {
  EXPECT_THAT(Parsed("regexp",
                     "{expression: '(?<a>\\S*) (?<b>\\S*)', null_value_pattern: '^-$', "
                     "null_empty_string: true}",
                     "- "),
              RecordIs(R"({"a":null,"b":null})"));
}

TEST(RegexpParserTest, SaysWhyALineIsRefused) {
  EXPECT_EQ(Parsed("regexp", "{expression: '^(?<a>x)$'}", "y").error, "the pattern does not match");
  EXPECT_THAT(Parsed("regexp", "{expression: '^(?<a>(x+)+)$', match_limit: 100}",
                     std::string(50, 'x') + "y")
                  .error,
              HasSubstr("match_limit"));
}

TEST(RegexpParserTest, HasItsFlags) {
  EXPECT_THAT(Parsed("regexp", "{expression: '(?<a>ABC)', ignore_case: true}", "abc"),
              RecordIs(R"({"a":"abc"})"));
  EXPECT_THAT(Parsed("regexp", "{expression: '(?<a>.*)', multiline: true}", "1\n2"),
              RecordIs(R"({"a":"1\n2"})"));
  EXPECT_THAT(Parsed("regexp", "{expression: '/(?<a>b.)/im'}", "B\n"), RecordIs(R"({"a":"B\n"})"));
}

TEST(RegexpParserTest, NamesMistakesInItsOptions) {
  EXPECT_THAT(MistakeIn("regexp", "{}"), HasSubstr("expression"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: 'a(b)'}"), HasSubstr("no named group"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: '(?<a>b'}"),
              HasSubstr("column 7: missing closing parenthesis"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: '(?<a>b)', types: {a: int}}"),
              HasSubstr("none of string, bool, integer, float, time, array"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: '(?<a>b)', types: 'a'}"), HasSubstr("FIELD:TYPE"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: '(?<a>b)', types: {a: 'integer:2'}}"),
              HasSubstr("nothing may stand behind integer"));
  EXPECT_THAT(MistakeIn("regexp", "{expression: '(?<a>b)', timezone: Mars}"), HasSubstr("Mars"));
}

TEST(Apache2ParserTest, ReadsTheLinesThatApacheEscapes) {
  EXPECT_THAT(
      Parsed("apache2", "{keep_time_key: true}",
             R"(h - u [21/Nov/2026:13:12:19 +0000] "GET /a\"b HTTP/1.1" 200 5 "r\"\\" "a")"),
      RecordIs(R"({"host":"h","user":"u","method":"GET","path":"/a\\\"b","code":200,)"
               R"("size":5,"referer":"r\\\"\\\\","agent":"a",)"
               R"("time":"21/Nov/2026:13:12:19 +0000"})"));
  EXPECT_THAT(Parsed("apache2", "", R"(h - - [21/Nov/2026:13:12:19 +0000] "-" 408 -)"),
              RecordIs(R"({"host":"h","user":null,"method":"-","path":null,"code":408,"size":null,)"
                       R"("referer":null,"agent":null})"));
  EXPECT_NE(Parsed("apache2", "", R"(h - - [31/Feb/2026:13:12:19 +0000] "GET /" 200 1)").error, "");
  EXPECT_NE(Parsed("apache2", "", R"(h - - [no time] "GET /" 200 1)").error, "");
}

// What the scanner finds the pattern must find too: the pattern is the definition.
TEST(Apache2ParserTest, TheScannerAgreesWithThePatternOnLinesChangedAtEveryByte) {
  const AccessPattern pattern;
  const std::string base =
      R"(h - u [21/Nov/2026:13:12:19 +0000] "GET /a b HTTP/1.1" 200 5 "r r" "a b")";
  int scanned = 0;
  for (size_t at = 0; at < base.size(); ++at) {
    for (const char c : {' ', '"', '\\', '[', ']', '-', '\t', '\n', 'x'}) {
      for (const bool insert : {false, true}) {
        std::string text = base;
        insert ? void(text.insert(at, 1, c)) : void(text[at] = c);
        AccessLine fast;
        AccessLine slow;
        if (!ScanAccessLine(text, &fast)) continue;
        ++scanned;
        ASSERT_EQ(pattern.Match(text, &slow), nullptr) << text;
        EXPECT_EQ(fast.host, slow.host) << text;
        EXPECT_EQ(fast.user, slow.user) << text;
        EXPECT_EQ(fast.time, slow.time) << text;
        EXPECT_EQ(fast.method, slow.method) << text;
        EXPECT_EQ(fast.path, slow.path) << text;
        EXPECT_EQ(fast.code, slow.code) << text;
        EXPECT_EQ(fast.size, slow.size) << text;
        EXPECT_EQ(fast.referer, slow.referer) << text;
        EXPECT_EQ(fast.agent, slow.agent) << text;
      }
    }
  }
  EXPECT_GT(scanned, 500);
}

TEST(LtsvParserTest, TakesPatternsAndLongDelimiters) {
  EXPECT_THAT(Parsed("ltsv", "{delimiter_pattern: '\\s+', label_delimiter: '='}", "a=1  b=2\tc=3"),
              RecordIs(R"({"a":"1","b":"2","c":"3"})"));
  EXPECT_THAT(Parsed("ltsv", "{delimiter: ', ', label_delimiter: ': '}", "a: 1, b: x: y, c"),
              RecordIs(R"({"a":"1","b":"x: y","c":null})"));
  EXPECT_NE(Parsed("ltsv", "", "").error, "");
  EXPECT_THAT(MistakeIn("ltsv", "{delimiter: ''}"), HasSubstr("must not be empty"));
}

TEST(NoneParserTest, KeepsTheLine) {
  EXPECT_THAT(Parsed("none", "{message_key: log}", "a\xff"), RecordIs("{\"log\":\"a\\xff\"}"));
  EXPECT_THAT(Parsed("none", "", ""), RecordIs(R"({"message":""})"));
}

TEST(SyslogParserTest, SuppliesTheYearFromTheReceiversClock) {
  const auto parser = Make("syslog", "{timezone: UTC}");  // kTestTime is 2027-01-15T08:00:00Z.
  EXPECT_EQ(RunParser(*parser, "<13>Dec 31 23:59:59 h a: x").time, (EventTime{1'798'761'599, 0}));
  EXPECT_EQ(RunParser(*parser, "<13>Jan 15 08:00:01 h a: x").time,
            (EventTime{kTestTime.seconds + 1, 0}));
  EXPECT_EQ(RunParser(*parser, "<13>Jan 21 00:00:00 h a: x").time, (EventTime{1'800'489'600, 0}));
  EXPECT_EQ(RunParser(*parser, "<13>Feb  1 00:00:00 h a: x").time, (EventTime{1'769'904'000, 0}));
}

TEST(SyslogParserTest, TakesTheZoneOfItsOptionForTimesWithoutOne) {
  const auto parser = Make("syslog", "{timezone: '+09:00'}");
  EXPECT_EQ(RunParser(*parser, "<13>Jan 15 17:00:00 h a: x").time, kTestTime);
  EXPECT_EQ(RunParser(*parser, "<13>1 2027-01-15T17:00:00 h a - - - x").time, kTestTime);
  EXPECT_EQ(RunParser(*parser, "<13>1 2027-01-15T08:00:00Z h a - - - x").time, kTestTime);
}

TEST(SyslogParserTest, ReadsTimesOfOneMinuteAsItReadsOthers) {
  const auto parser = Make("syslog", "{timezone: UTC}");
  const auto time = [&](const std::string& text) {
    const ParsedLine line = RunParser(*parser, text);
    EXPECT_EQ(line.error, "") << text;
    return line.time;
  };
  const std::string rest = " host app - - - x";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:01Z" + rest), (EventTime{1'800'000'001, 0}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:59.5Z" + rest), (EventTime{1'800'000'059, 500'000'000}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:02.25+01:00" + rest),
              (EventTime{1'799'996'402, 250'000'000}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:02-01:30" + rest), (EventTime{1'800'005'402, 0}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:60Z" + rest), (EventTime{1'800'000'060, 0}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:03+0100" + rest), (EventTime{1'799'996'403, 0}));
    EXPECT_EQ(time("<13>1 2027-01-15T08:00:04" + rest), (EventTime{1'800'000'004, 0}));
    EXPECT_EQ(time("<13>Jan 15 08:00:05 h a: x"), (EventTime{1'800'000'005, 0}));
    EXPECT_EQ(time("<13>Jan 15 08:00:60 h a: x"), (EventTime{1'800'000'060, 0}));
    EXPECT_EQ(time("<13>Jan 15 08:00:07.5 h a: x"), (EventTime{1'800'000'007, 500'000'000}));
  }
  for (const char* bad : {"<13>1 2027-01-15T08:00:61Z host app - - - x",
                          "<13>1 2027-01-15T08:00:0xZ host app - - - x",
                          "<13>1 2027-01-15T08:00:01.Z host app - - - x",
                          "<13>1 2027-01-15T08:00:01+25:00 host app - - - x",
                          "<13>Jan 15 08:00:61 h a: x", "<13>Jan 15 08:00:x1 h a: x"}) {
    EXPECT_NE(RunParser(*parser, bad).error, "") << bad;
  }
}

TEST(SyslogParserTest, KeepsTimesThatNoEventCanHave) {
  const ParsedLine line = Parsed("syslog", "", "<13>1 1969-12-31T23:59:59Z h a - - - x");
  EXPECT_THAT(line, RecordIs(R"({"facility":"user","severity":"notice","host":"h","ident":"a",)"
                             R"("timestamp":"1969-12-31T23:59:59Z","message":"x"})"));
  EXPECT_EQ(line.time, kTestTime);
  EXPECT_THAT(Parsed("syslog", "{keep_timestamp: true}", "<13>Jan 15 08:00:00 h a: x").record,
              HasSubstr(R"("timestamp":"Jan 15 08:00:00")"));
}

TEST(SyslogParserTest, GathersWhatStructuredDataRepeats) {
  const auto data = [](std::string_view yaml, const std::string& elements) {
    return Parsed("syslog", yaml, "<13>1 - - - - - " + elements).record;
  };
  EXPECT_EQ(data("", R"([a x="1" y="2" x="3"][b][a z="4" x="5"])"),
            NormalJson(R"({"facility":"user","severity":"notice","structured_data":)"
                       R"({"a":{"x":["1","3","5"],"y":"2","z":"4"},"b":{}},"message":""})"));
  EXPECT_THAT(data("{structured_data: text}", R"([a x="\""])"),
              HasSubstr(R"("structured_data":"[a x=\"\\\"\"]")"));
  EXPECT_EQ(data("{structured_data: drop}", R"([a x="1"])"),
            NormalJson(R"({"facility":"user","severity":"notice","message":""})"));
  EXPECT_THAT(data("", R"([a x=bare y="\]\"\\\n"])"), HasSubstr(R"({"x":"bare","y":"]\"\\\\n"})"));
}

TEST(SyslogParserTest, ReadsThousandsOfElementsAndParametersInNoTime) {
  std::string parameters = "[a";
  std::string elements;
  for (int i = 0; i < 8000; ++i) {
    parameters += " k" + std::to_string(i % 4000) + "=\"v\"";
    elements += "[e" + std::to_string(i % 4000) + " k=\"v\"]";
  }
  const std::string head = "<13>1 - - - - - ";
  const ParsedLine many = Parsed("syslog", "", head + parameters + "]");
  EXPECT_THAT(many.record, HasSubstr(R"("k3999":["v","v"])"));
  const ParsedLine more = Parsed("syslog", "", head + elements);
  EXPECT_THAT(more.record, HasSubstr(R"("e3999":{"k":["v","v"]})"));
}

TEST(SyslogParserTest, ReadsFilesWithoutPriorities) {
  EXPECT_THAT(Parsed("syslog", "{with_priority: false}", "Jan 15 08:00:00 h cron[7]: x"),
              RecordIs(R"({"host":"h","ident":"cron","pid":"7","message":"x"})"));
}

TEST(SyslogParserTest, TakesWhatHasNoTimestampAsTextOnlyWhenItIsNotStrict) {
  EXPECT_THAT(Parsed("syslog", "", "<13>plain text").error, HasSubstr("strict: false"));
  EXPECT_THAT(Parsed("syslog", "{strict: false}", "<13>plain text: of any kind\n"),
              RecordIs(R"({"facility":"user","severity":"notice",
                           "message":"plain text: of any kind"})"));
  // What has one is read as before, and a message without a priority is none.
  EXPECT_THAT(Parsed("syslog", "{strict: false}", "<13>Jan 15 08:00:00 h cron[7]: x").record,
              HasSubstr(R"("ident":"cron")"));
  EXPECT_NE(Parsed("syslog", "{strict: false}", "plain text").error, "");
}

TEST(SyslogParserTest, IsStrictAboutTheLengthOfNamesUnlessToldOtherwise) {
  const std::string text = "<13>1 - - " + std::string(49, 'a') + " - - - x";
  EXPECT_THAT(Parsed("syslog", "", text).error, HasSubstr("strict: false"));
  EXPECT_EQ(Parsed("syslog", "{strict: false}", text).error, "");
}

}  // namespace
}  // namespace andon
