#include "core/base/log_format.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/utf8.h"

namespace andon {
namespace {

constexpr EventTime kTime{1'795'273'445, 123'456'789};  // 2026-11-21T15:04:05.123Z

std::string Line(LogFormat format, std::initializer_list<LogField> fields,
                 uint64_t suppressed = 0) {
  std::string line;
  AppendLogLine({LogLevel::kWarn, kTime, "forward", "server does not answer", fields, suppressed},
                format, line);
  return line;
}

constexpr const char* kStart =
    "time=2026-11-21T15:04:05.123Z level=warn part=forward msg=\"server does not answer\"";

TEST(LogFormatTest, PlainValuesStandBareAndOthersInQuotes) {
  EXPECT_EQ(Line(LogFormat::kKeyValue, {{"server", "10.0.0.1:24224"}, {"after", 30}}),
            std::string(kStart) + " server=10.0.0.1:24224 after=30\n");
  EXPECT_EQ(Line(LogFormat::kKeyValue, {{"a", ""}, {"b", "x y"}, {"c", "k=v"}, {"d", "\"q\""}}),
            std::string(kStart) + R"( a="" b="x y" c="k=v" d="\"q\"")" + "\n");
  EXPECT_EQ(Line(LogFormat::kKeyValue, {{"path", "C:\\logs"}, {"name", "größe"}}),
            std::string(kStart) + R"( path="C:\\logs" name=größe)" + "\n");
}

TEST(LogFormatTest, NoValueCanBeginALineOrAFieldOfItsOwn) {
  const std::string line =
      Line(LogFormat::kKeyValue, {{"v", "a\nlevel=error b"}, {"bad key=\"", "1"}, {"", "2"}});
  EXPECT_EQ(line, std::string(kStart) + R"( v="a\nlevel=error b" bad_key__=1 _=2)" + "\n");
}

TEST(LogFormatTest, BytesThatAreNoTextAreShown) {
  EXPECT_EQ(Line(LogFormat::kKeyValue, {{"v", std::string_view("a\xff\0\x7f", 4)}}),
            std::string(kStart) + R"( v="a\xff\u0000\u007f")" + "\n");
  EXPECT_NE(Line(LogFormat::kJson, {{"v", "a\xff"}}).find("\"v\":\"a\xef\xbf\xbd\"}"),
            std::string::npos);
}

TEST(LogFormatTest, JsonHasTheSameFields) {
  EXPECT_EQ(Line(LogFormat::kJson, {{"server", "a\"b"}, {"n", 7}}, 3),
            R"({"time":"2026-11-21T15:04:05.123Z","level":"warn","part":"forward",)"
            R"("msg":"server does not answer","server":"a\"b","n":"7","suppressed":3})"
            "\n");
}

TEST(LogFormatTest, WhatWasHeldBackIsSaid) {
  EXPECT_EQ(Line(LogFormat::kKeyValue, {}, 41), std::string(kStart) + " suppressed=41\n");
}

// Bytes of the character that `text` begins with, as JSON writes it in a string; 0: it is none.
size_t JsonCharacterSize(std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x20) return 0;
  if (text[0] != '\\') return Utf8CharacterSize(text);
  if (text.size() < 2) return 0;
  const size_t size = text[1] == 'u' ? 6 : 2;
  const bool known = std::string_view("\"\\nrtu").find(text[1]) != std::string_view::npos;
  return known && text.size() >= size ? size : 0;
}

// Reads one JSON string and gives what is behind it; empty when it is none.
std::string_view SkipJsonString(std::string_view text) {
  if (!text.starts_with('"')) return {};
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    const size_t size = JsonCharacterSize(text);
    if (size == 0) return {};
    text.remove_prefix(size);
  }
  return text.empty() ? text : text.substr(1);
}

TEST(LogFormatTest, AnyBytesMakeOneLineOfValidJson) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; second += 3) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string line = Line(LogFormat::kJson, {{bytes, bytes}});
      std::string_view rest = line;
      rest.remove_prefix(line.find("answer\",") + 8);
      rest = SkipJsonString(rest);
      ASSERT_TRUE(rest.starts_with(':')) << first << " " << second;
      rest = SkipJsonString(rest.substr(1));
      ASSERT_EQ(rest, "}\n") << first << " " << second;
      ASSERT_EQ(line.find('\n'), line.size() - 1);
    }
  }
}

TEST(LogFormatTest, AVeryLongValueIsCutBetweenCharacters) {
  std::string value;
  while (value.size() < 2 * kMaxLogValueBytes) value += "é";
  const std::string line = Line(LogFormat::kKeyValue, {{"v", value}, {"after", "kept"}});
  EXPECT_LT(line.size(), kMaxLogValueBytes + 200);
  EXPECT_NE(line.find("é... after=kept\n"), std::string::npos);
  EXPECT_EQ(line.find("\\x"), std::string::npos);
}

}  // namespace
}  // namespace andon
