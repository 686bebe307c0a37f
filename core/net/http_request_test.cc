#include "core/net/http_request.h"

#include <gtest/gtest.h>

#include <random>

namespace andon {
namespace {

int Status(std::string_view text) {
  HttpHead head;
  return ParseHttpHead(text, &head);
}

HttpHead Parse(std::string_view text) {
  HttpHead head;
  EXPECT_EQ(ParseHttpHead(text, &head), 200) << text;
  return head;
}

TEST(HttpRequestTest, ReadsWhatAClientSends) {
  const std::string text =
      "GET /metrics?name[]=x&y=%20 HTTP/1.1\r\nHost: localhost:24220\r\nUser-Agent: curl/8\r\n"
      "Accept: */*\r\n\r\n";
  const HttpHead head = Parse(text + "GET /next HTTP/1.1\r\n\r\n");
  EXPECT_EQ(head.request.method, "GET");
  EXPECT_EQ(head.request.path, "/metrics");
  EXPECT_EQ(head.request.query, "name[]=x&y=%20");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.has_body);
  EXPECT_EQ(head.size_bytes, text.size());
}

TEST(HttpRequestTest, EveryShorterHeadIsIncomplete) {
  const std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (size_t size = 0; size < text.size(); ++size) EXPECT_EQ(Status(text.substr(0, size)), 0);
  EXPECT_EQ(Status(text), 200);
}

TEST(HttpRequestTest, TheConnectionLastsAsTheClientWishes) {
  EXPECT_FALSE(Parse("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n").keep_alive);
  EXPECT_FALSE(Parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(Parse("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(HttpRequestTest, ABodyIsNoticed) {
  EXPECT_TRUE(Parse("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").has_body);
  EXPECT_TRUE(Parse("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").has_body);
  EXPECT_FALSE(Parse("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").has_body);
  EXPECT_TRUE(Parse("GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n").has_body);
}

TEST(HttpRequestTest, OtherFormsThatAreAllowedAreRead) {
  EXPECT_EQ(Parse("\r\n\r\nGET /a HTTP/1.1\r\n\r\n").request.path, "/a");
  EXPECT_EQ(Parse("GET /a HTTP/1.1\n\n").request.path, "/a");
  EXPECT_EQ(Parse("GET http://host:1/a?b HTTP/1.1\r\n\r\n").request.path, "/a");
  EXPECT_EQ(Parse("GET http://host HTTP/1.1\r\n\r\n").request.path, "/");
  EXPECT_EQ(Parse("GET /%41%2fb%2F HTTP/1.1\r\n\r\n").request.path, "/A/b/");
}

TEST(HttpRequestTest, WhatIsWrongGetsItsStatus) {
  for (const char* bad :
       {"GET\r\n\r\n", "GET /\r\n\r\n", "GET / x HTTP/1.1\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET /%4 HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\n: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    EXPECT_EQ(Status(bad), 400) << bad;
  }
  EXPECT_EQ(Status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(Status("GET / HTTP/9\r\n\r\n"), 505);
  EXPECT_EQ(Status(std::string_view("GET /\0 HTTP/1.1\r\n\r\n", 19)), 400);
}

TEST(HttpRequestTest, AnyBytesGetSomeAnswer) {
  std::mt19937 random(1);
  const std::string good = "GET /metrics?x=%20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = good;
    for (uint64_t changes = random() % 4; changes > 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    HttpHead head;
    const int status = ParseHttpHead(text, &head);
    EXPECT_TRUE(status == 0 || status == 200 || status == 400 || status == 505) << status;
    if (status == 200) {
      EXPECT_LE(head.size_bytes, text.size());
    }
  }
}

}  // namespace
}  // namespace andon
