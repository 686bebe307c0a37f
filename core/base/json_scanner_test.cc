#include "core/base/json_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace andon {
namespace {

using Token = JsonScanner::Token;

// "{k" "s:text" ...: the tokens, shortly.
std::string Scanned(std::string_view json) {
  std::string seen;
  JsonScanner scan(json);
  while (true) {
    const Token token = scan.Next();
    switch (token) {
      case Token::kEnd:
        return seen;
      case Token::kError:
        return seen + "!";
      case Token::kKey:
      case Token::kString:
      case Token::kNumber:
        seen += std::string(scan.text()) + (token == Token::kKey ? "=" : ";");
        break;
      default:
        seen += "{}[]___tfn"[static_cast<int>(token)];
    }
  }
}

TEST(JsonScannerTest, TellsTheTokensOfAText) {
  EXPECT_EQ(Scanned(R"( {"a" : [1, -2.5e3, true,false ,null], "b":{}, "c":"d"} )"),
            "{a=[1;-2.5e3;tfn]b={}c=d;}");
  EXPECT_EQ(Scanned("[]"), "[]");
  EXPECT_EQ(Scanned("\"x\""), "x;");
}

TEST(JsonScannerTest, EscapesAreUndone) {
  EXPECT_EQ(Scanned(R"("\"\\\/\b\f\n\r\t\u00e9\u65e5\ud83d\ude00\ud83d.")"),
            "\"\\/\b\f\n\r\t\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\xef\xbf\xbd.;");
}

TEST(JsonScannerTest, WhatIsNoJsonIsAnErrorAndStaysOne) {
  for (const char* text : {"", "{", "[1", "[1 2]", "{\"a\" 1}", "{a:1}", "[1,]x", "tru", "\"a",
                           "\"\\", "{}{}", "]", "[}", "{\"a\":}"}) {
    EXPECT_THAT(Scanned(text), testing::EndsWith("!")) << text;
  }
  EXPECT_THAT(Scanned(std::string(JsonScanner::kMaxDepth + 1, '[')), testing::EndsWith("!"));
}

TEST(JsonAtTest, FindsTheValueBehindAPath) {
  constexpr std::string_view kText = R"({"a":[{"b":{"c": 12 }},3],"d":"e","f":[]})";
  EXPECT_EQ(JsonAt(kText, {"a", "0", "b"}), R"({"c": 12 })");
  EXPECT_EQ(JsonAt(kText, {"a", "0", "b", "c"}), "12");
  EXPECT_EQ(JsonAt(kText, {"d"}), "\"e\"");
  EXPECT_EQ(JsonAt(kText, {"x"}), "");
  EXPECT_EQ(JsonAt(kText, {"d", "x"}), "");
  EXPECT_EQ(JsonAt(kText, {"f", "0"}), "");
  EXPECT_EQ(JsonAt("{\"a\":", {"a"}), "");
}

}  // namespace
}  // namespace andon
