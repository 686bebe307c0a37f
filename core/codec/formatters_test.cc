#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/base/utf8.h"
#include "core/codec/json_string.h"
#include "core/codec/json_writer.h"
#include "core/event/msgpack_writer.h"
#include "core/plugin/formatter.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

template <class F>
std::string Json(F write) {
  ByteBuffer bytes;
  MsgpackWriter writer(bytes);
  write(writer);
  ByteBuffer out;
  AppendJson(ValueView(bytes.bytes()), out);
  return std::string(out.text());
}

std::string JsonOfString(std::string_view text) {
  ByteBuffer out;
  AppendJsonString(text, out);
  return std::string(out.text());
}

std::string Formatted(std::string_view type, std::string_view yaml, std::string_view record) {
  auto formatter = MakePlugin<Formatter>(type, yaml);
  EXPECT_TRUE(formatter.ok()) << formatter.status().message();
  if (!formatter.ok()) return "";
  return RunFormatter(**formatter, {EventFromJson("log.a", record, {1'795'266'739, 123'000'000})});
}

TEST(JsonWriterTest, WritesEveryKindOfNumber) {
  for (const int64_t value :
       {int64_t{0}, int64_t{127}, int64_t{128}, int64_t{65535}, int64_t{65536}, int64_t{-1},
        int64_t{-32}, int64_t{-33}, int64_t{-129}, int64_t{-32769}, INT64_MIN, INT64_MAX,
        int64_t{4294967296}}) {
    EXPECT_EQ(Json([&](MsgpackWriter& w) { w.Int(value); }), std::to_string(value));
  }
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Uint(UINT64_MAX); }), "18446744073709551615");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Float(1500); }), "1500.0");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Float(-0.1); }), "-0.1");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Float(1e300); }), "1e+300");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Float(std::numeric_limits<double>::quiet_NaN()); }),
            "null");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Float(-std::numeric_limits<double>::infinity()); }),
            "null");
  const char float32[] = {'\xca', '\x3d', '\xcc', '\xcc', '\xcd'};
  EXPECT_EQ(Json([&](MsgpackWriter& w) { w.Raw(AsBytes({float32, 5})); }), "0.1");
}

TEST(JsonWriterTest, RecordsThatFollowEachOtherAreEachWrittenAsAlone) {
  const std::vector<std::string> records = {
      R"({"a":1,"b":{"a":2,"c":[{"a":3}]},"long-key-of-twenty-five-c":"x"})",
      R"({"a":1,"b":{"a":2,"c":[{"a":3}]},"long-key-of-twenty-five-c":"y"})",
      R"({"b":1,"a":{"c":2,"a":[{"b":3}]},"long-key-of-twenty-five-d":"y"})",
      R"({"k\"\n":1,"":2,"key of thirty-one bytes, at mos":3,"key of thirty-two bytes, not kept":4})",
      R"({"k\"\n":5,"":6,"key of thirty-one bytes, at mos":7,"key of thirty-two bytes, not kept":8})",
      R"({"\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001":1})",
      R"({"\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001":1})",
      "{}"};
  JsonRecordWriter writer;
  for (const std::string& record : records) {
    const TestBatch batch("t", std::vector<std::string>{record});
    const ValueView map = EntryIterator(batch.batch().entries)->record.map();
    ByteBuffer alone;
    AppendJson(map, alone);
    ByteBuffer out;
    const std::byte* const end = map.bytes().data() + map.bytes().size();
    EXPECT_EQ(writer.Append(map.bytes().data(), end, out), end);
    EXPECT_EQ(out.text(), alone.text());
  }
}

TEST(JsonWriterTest, WritesTextsOfAllLengthsAlikeWhateverStandsBehindThem) {
  JsonRecordWriter writer;
  for (size_t size = 0; size <= 70; ++size) {
    for (size_t special = 0; special <= size; ++special) {
      std::string text(size, 'x');
      if (special < size) text[special] = '"';
      ByteBuffer map;
      MsgpackWriter pack(map);
      pack.MapHeader(1);
      pack.String("k");
      pack.String(text);
      const size_t record_bytes = map.size();
      map.Append(std::string(16, '"'));
      if (special < size) text.insert(special, 1, '\\');
      // All that is behind may be read, a part of it, or nothing.
      for (const size_t behind : {size_t{0}, size_t{5}, size_t{16}}) {
        ByteBuffer out;
        writer.Append(map.data(), map.data() + record_bytes + behind, out);
        ASSERT_EQ(out.text(), "{\"k\":\"" + text + "\"}");
      }
    }
  }
}

TEST(JsonWriterTest, HasRoomForAnyRunOfSmallThings) {
  ByteBuffer map;
  MsgpackWriter pack(map);
  pack.MapHeader(2);
  pack.String("deep");
  for (int i = 0; i < 60; ++i) pack.ArrayHeader(1);
  pack.ArrayHeader(0);
  pack.String("many");
  pack.ArrayHeader(1000);
  for (int i = 0; i < 1000; ++i) pack.Float(-1.2345678901234568e-300);
  ByteBuffer out;
  JsonRecordWriter().Append(map.data(), map.data() + map.size(), out);
  std::string wanted = "{\"deep\":" + std::string(61, '[') + std::string(61, ']') + ",\"many\":[";
  for (int i = 0; i < 1000; ++i)
    wanted += i == 0 ? "-1.2345678901234568e-300" : ",-1.2345678901234568e-300";
  EXPECT_EQ(out.text(), wanted + "]}");
}

TEST(JsonFormatterTest, EntriesOfEveryFormAreFormattedTogetherAsTheyAreOneByOne) {
  using std::string_literals::operator""s;
  const std::string record =
      "\x81\xa1"
      "a\xa1"
      "b";
  const std::string entries = "\x92\xd7\x00\0\0\0\x01\0\0\0\0"s + record +  // An event time,
                              "\x92\x07" + record +                         // a number,
                              "\x92\xce\0\0\0\x07"s + record +              // another,
                              "\x93\x07" + record +
                              "\xa5"
                              "extra" +  // more than is read,
                              "\x92\x92\xd7\x00\0\0\0\x01\0\0\0\0\x80"s +
                              record +
                              "\x92\x92\x07\x81\xa1"
                              "m\x01" +
                              record;  // with metadata.
  for (const char* yaml : {"{}", "{tag_key: tag}"}) {
    auto formatter = MakePlugin<Formatter>("json", yaml);
    ASSERT_TRUE(formatter.ok());
    const Tag tag("t");
    ByteBuffer one_by_one;
    for (EntryIterator entry(AsBytes(entries)); !entry.done(); entry.Next()) {
      (*formatter)->Format(tag, *entry, one_by_one);
    }
    ByteBuffer together;
    (*formatter)->FormatAll(tag, AsBytes(entries), together);
    EXPECT_EQ(together.text(), one_by_one.text());
    EXPECT_EQ(std::ranges::count(together.text(), '\n'), 6);
  }
}

TEST(JsonWriterTest, WritesWhatJsonHasNotAsText) {
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Binary(AsBytes("a\xff")); }), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(Json([](MsgpackWriter& w) {
              w.Time({1'795'266'739, 5});
            }),
            "\"2026-11-21T13:12:19.000000005Z\"");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Ext(-7, AsBytes("\x01\xab")); }), "\"ext(-7):01ab\"");
  EXPECT_EQ(Json([](MsgpackWriter& w) { w.Ext(0, AsBytes("abc")); }), "\"ext(0):616263\"");
  EXPECT_EQ(Json([](MsgpackWriter& w) {
              w.MapHeader(7);
              w.Int(-1), w.Nil();
              w.Bool(true), w.Bool(false);
              w.Nil(), w.String("x");
              w.ArrayHeader(2), w.Int(1), w.String("\""), w.ArrayHeader(0);
              w.Binary(AsBytes("bin")), w.MapHeader(0);
              w.Float(1.5), w.Int(1);
              w.String(std::string(40, 'k')), w.Int(2);
            }),
            R"({"-1":null,"true":false,"null":"x","[1,\"\\\"\"]":[],"bin":{},"1.5":1,")" +
                std::string(40, 'k') + R"(":2})");
}

TEST(JsonWriterTest, EscapesWhatMustBeAtEveryPlace) {
  for (size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'a');
    EXPECT_EQ(JsonOfString(plain), "\"" + plain + "\"");
    for (size_t at = 0; at < size; ++at) {
      std::string text = plain;
      text[at] = '"';
      std::string wanted = "\"" + plain + "\"";
      wanted.replace(at + 1, 1, "\\\"");
      ASSERT_EQ(JsonOfString(text), wanted) << size << " " << at;
      text[at] = '\xe9';
      wanted.replace(at + 1, 2, "\xef\xbf\xbd");
      ASSERT_EQ(JsonOfString(text), wanted) << size << " " << at;
      text[at] = '\0';
      wanted.replace(at + 1, 3, "\\u0000");
      ASSERT_EQ(JsonOfString(text), wanted) << size << " " << at;
    }
  }
  EXPECT_EQ(JsonOfString("\b\t\n\v\f\r\x1f\x7f\\/"), R"("\b\t\n\u000b\f\r\u001f)"
                                                     "\x7f"
                                                     R"(\\/")");
}

TEST(JsonWriterTest, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(JsonOfString("日本語 ä 😀"), "\"日本語 ä 😀\"");
  // The example of the Unicode standard's table 3-8.
  EXPECT_EQ(JsonOfString("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
            "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd"
            "c\xef\xbf\xbd\xef\xbf\xbd"
            "d\"");
  EXPECT_EQ(Utf8BrokenSize("\xed\xa0\x80"), 1u);  // A surrogate.
  EXPECT_EQ(Utf8BrokenSize("\xc0\xaf"), 1u);      // Overlong.
  EXPECT_EQ(Utf8BrokenSize("\xf4\x90"), 1u);      // Beyond U+10FFFF.
  EXPECT_EQ(Utf8BrokenSize("\xf0\x9f\x98"), 3u);
  EXPECT_EQ(Utf8BrokenSize("\xe3\x81"
                           "a"),
            2u);
}

TEST(JsonWriterTest, IsValidForBytesOfAnyKindAndLength) {
  uint64_t state = 7;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    state = state * 6364136223846793005u + 1442695040888963407u;
    const size_t size = round % 10 == 0 ? (state >> 33) % 20000 : (state >> 33) % 60;
    for (size_t i = 0; i < size; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto byte = static_cast<unsigned char>(state >> 56);
      text += static_cast<char>(round % 3 == 0 ? byte & 0x7f : byte);
    }
    const std::string json = JsonOfString(text);
    std::string_view rest = json;
    while (!rest.empty()) {
      const size_t character = Utf8CharacterSize(rest);
      ASSERT_GT(character, 0u);
      ASSERT_FALSE(character == 1 && static_cast<unsigned char>(rest[0]) < 0x20);
      rest.remove_prefix(character);
    }
  }
}

TEST(JsonFormatterTest, WritesALineAnEvent) {
  EXPECT_EQ(Formatted("json", "", R"({"a":1,"b":{"c":[true,null,"x"]}})"),
            "{\"a\":1,\"b\":{\"c\":[true,null,\"x\"]}}\n");
  EXPECT_EQ(Formatted("json", "{add_newline: false}", "{}"), "{}");
}

TEST(JsonFormatterTest, PutsTagAndTimeInFrontInPlaceOfFieldsOfTheirNames) {
  EXPECT_EQ(Formatted("json", "{tag_key: tag, time_key: '@timestamp'}",
                      R"({"a":1,"tag":"old","@timestamp":2})"),
            "{\"tag\":\"log.a\",\"@timestamp\":\"2026-11-21T13:12:19.123Z\",\"a\":1}\n");
  EXPECT_EQ(Formatted("json", "{time_key: t, time_format: float}", R"({"tag":"kept","":1})"),
            "{\"t\":1795266739.123000000,\"tag\":\"kept\",\"\":1}\n");
  EXPECT_EQ(
      Formatted("json", "{time_key: t, time_format: '%H:%M \"%z\"', timezone: '+09:00'}", "{}"),
      "{\"t\":\"22:12 \\\"+0900\\\"\"}\n");
  EXPECT_EQ(Formatted("json", "{tag_key: tag}", R"({"":1})"), "{\"tag\":\"log.a\",\"\":1}\n");
}

TEST(MsgpackFormatterTest, WritesTheRecordAsItIs) {
  EXPECT_EQ(Formatted("msgpack", "", R"({"a":1})"),
            "\x81\xa1"
            "a\x01");
  EXPECT_EQ(Formatted("msgpack", "{entries: true}", R"({"a":1})").substr(11),
            "\x81\xa1"
            "a\x01");
}

TEST(LtsvFormatterTest, KeepsALineALine) {
  EXPECT_EQ(Formatted("ltsv", "", R"({"a":"x\ty\nz","b:c":1,"n":null,"m":{"k":[1]}})"),
            "a:x y z\tb c:1\tn:\tm:{\"k\":[1]}\n");
  EXPECT_EQ(Formatted("ltsv",
                      "{delimiter: ';', label_delimiter: '=', replacement: _, add_newline: false}",
                      R"({"a=":"b;c=d"})"),
            "a_=b_c=d");
}

TEST(SingleValueFormatterTest, WritesOneFieldOrAllOfIt) {
  EXPECT_EQ(Formatted("single_value", "", R"({"message":"a \"b\"","x":1})"), "a \"b\"\n");
  EXPECT_EQ(Formatted("single_value", "{message_key: x, add_newline: false}", R"({"x":[1]})"),
            "[1]");
  EXPECT_EQ(Formatted("single_value", "", R"({"x":1})"), "{\"x\":1}\n");
}

TEST(FormattersTest, RefuseEmptyDelimitersAndUnknownOptions) {
  EXPECT_THAT(MakePlugin<Formatter>("ltsv", "{delimiter: ''}").status(),
              StatusIs(StatusCode::kInvalidConfig, testing::HasSubstr("must not be empty")));
  EXPECT_THAT(MakePlugin<Formatter>("json", "{time_frmat: x}").status(),
              StatusIs(StatusCode::kInvalidConfig, testing::HasSubstr("time_format")));
  EXPECT_THAT(MakePlugin<Formatter>("json", "{time_format: '%K'}").status(),
              StatusIs(StatusCode::kInvalidConfig, testing::HasSubstr("unknown directive")));
}

}  // namespace
}  // namespace andon
