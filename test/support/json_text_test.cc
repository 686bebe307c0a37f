#include "test/support/json_text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/event/msgpack_writer.h"

namespace andon {
namespace {

TEST(JsonTextTest, WhatIsInTheNormalFormComesBackAsItWas) {
  for (const char* json : {"null",
                           "true",
                           "-1",
                           "0",
                           "18446744073709551615",
                           "-9223372036854775808",
                           "1.5",
                           "2.0",
                           "\"\"",
                           R"("a\"b\\c\n\t\r\u0001")",
                           "\"\xC3\xA4\xE2\x82\xAC\"",
                           R"("\xff\xc0")",
                           "[]",
                           "{}",
                           R"([1,[2,{"a":null}],"x"])",
                           R"({"b":1,"a":{"c":[]}})",
                           R"({"$bin":"00ff"})",
                           R"({"$ext":[7,"0102"]})",
                           R"({"$eventtime":[1800000000,5]})",
                           R"({"$float":"nan"})",
                           R"({"$float":"-inf"})",
                           R"({"$map":[[1,"a"],[null,{}]]})"}) {
    EXPECT_EQ(NormalJson(json), json);
  }
}

TEST(JsonTextTest, SpacesAndEscapesAreBroughtIntoOneForm) {
  EXPECT_EQ(NormalJson(" { \"a\" : [ 1 , 2.50 ] , \"b\" : \"\\u00e4\\ud83d\\ude00\\/\" } "),
            "{\"a\":[1,2.5],\"b\":\"\xC3\xA4\xF0\x9F\x98\x80/\"}");
}

TEST(JsonTextTest, PrintsWhatTheWriterWrites) {
  ByteBuffer bytes;
  MsgpackWriter writer(bytes);
  writer.MapHeader(2);
  writer.String("n");
  writer.Int(-5);
  writer.String("t");
  writer.Time({7, 9});
  EXPECT_EQ(JsonFromMsgpack(bytes.bytes()), R"({"n":-5,"t":{"$eventtime":[7,9]}})");
}

TEST(JsonTextTest, AMistakeInATestEndsItLoudly) {
  EXPECT_DEATH(MsgpackFromJson("{\"a\":}"), "bad JSON in a test at byte 5");
  EXPECT_DEATH(MsgpackFromJson("\"open"), "a string is never closed");
  EXPECT_DEATH(MsgpackFromJson("1 2"), "something behind the value");
}

}  // namespace
}  // namespace andon
