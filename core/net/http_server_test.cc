#include "core/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "test/support/fake_network.h"
#include "test/support/stream_peer.h"

namespace andon {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct HttpServerTest : ::testing::Test {
  void SetUp() override {
    auto made = HttpServer::Listen(
        loop, network, {Address::Kind::kTcp, "127.0.0.1", 0},
        [this](const HttpRequest& request) {
          requests.push_back(request.method + " " + request.path + "?" + request.query);
          return HttpResponse{.body = body.empty() ? "you asked for " + request.path : body};
        },
        limits);
    ASSERT_TRUE(made.ok());
    server = *std::move(made);
  }
  StreamPeer& Connect() {
    clients.emplace_back();
    StreamPeer* client = &clients.back();
    ConnectOptions options;
    options.address = server->address();
    attempts.push_back(network.Connect(options, [client](Result<std::unique_ptr<Stream>> stream) {
      if (stream.ok()) client->Use(*std::move(stream));
    }));
    world.RunUntilIdle();
    return *client;
  }
  // What comes back for `text` on a connection of its own.
  std::string Ask(const std::string& text) {
    StreamPeer& client = Connect();
    client.Send(text);
    world.RunUntilIdle();
    return client.got;
  }

  FakeWorld world;
  FakeWire wire{world};
  FakeLoop loop{world};
  FakeNetwork network{wire, loop};
  HttpLimits limits{.connections = 3};
  std::string body;
  std::vector<std::string> requests;
  std::unique_ptr<HttpServer> server;
  std::deque<StreamPeer> clients;
  std::vector<std::unique_ptr<Connecting>> attempts;
};

TEST_F(HttpServerTest, AnswersAGetAndKeepsTheConnection) {
  EXPECT_EQ(Ask("GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 18\r\n"
            "Connection: keep-alive\r\n\r\nyou asked for /a b");
  EXPECT_THAT(requests, ::testing::ElementsAre("GET /a b?c=d"));
  clients[0].got.clear();
  clients[0].Send("GET /again HTTP/1.1\r\n\r\n");
  world.RunUntilIdle();
  EXPECT_THAT(clients[0].got, EndsWith("you asked for /again"));
  EXPECT_FALSE(clients[0].ended);
}

TEST_F(HttpServerTest, ClosesWhenTheClientWantsThat) {
  EXPECT_THAT(Ask("GET / HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(clients[0].ended);
  EXPECT_TRUE(clients[0].error.ok());
}

TEST_F(HttpServerTest, HeadGetsNoBodyAndOtherMethodsAreRefused) {
  EXPECT_THAT(Ask("HEAD /x HTTP/1.1\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 16\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(Ask("DELETE /x HTTP/1.1\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close")));
  EXPECT_EQ(requests.size(), 1U);
}

TEST_F(HttpServerTest, RequestsThatComeTogetherAreAnsweredInOrder) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  const std::string got = Ask(text);
  EXPECT_EQ(requests.size(), 300U);
  size_t at = 0;
  for (int i = 0; i < 300; ++i) {
    at = got.find("you asked for /" + std::to_string(i) + (i < 299 ? "HTTP" : ""), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HttpServerTest, RequestsMayComeByteByByteAndAnswersGoInPieces) {
  body.assign(300'000, 'm');
  wire.faults.partial = 0.9;
  StreamPeer& client = Connect();
  for (const char c : std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
    client.Send(std::string(1, c));
    world.RunUntilIdle();
  }
  ASSERT_TRUE(world.RunUntil([&] { return client.got.size() > 300'000; }, seconds(1)));
  EXPECT_THAT(client.got, EndsWith("\r\n\r\n" + body));
}

TEST_F(HttpServerTest, AHeadThatIsTooLongIsRefused) {
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(clients[0].ended);
}

TEST_F(HttpServerTest, AHeadThatDoesNotComeToItsEndIsGivenUp) {
  StreamPeer& client = Connect();
  for (int i = 0; i < 9; ++i) {  // Slowly, so that the connection is never idle.
    client.Send("G");
    world.Advance(seconds(1));
    EXPECT_FALSE(client.ended);
  }
  world.Advance(seconds(2));
  EXPECT_TRUE(client.ended);
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosedAndNoTimerIsLeft) {
  Ask("GET / HTTP/1.1\r\n\r\n");
  world.Advance(seconds(59));
  EXPECT_EQ(server->connections(), 1U);
  world.Advance(seconds(1));
  EXPECT_TRUE(clients[0].ended);
  EXPECT_EQ(server->connections(), 0U);
  world.Advance(seconds(60));
  EXPECT_EQ(loop.timers(), 0U);
}

TEST_F(HttpServerTest, AClientThatDoesNotReadIsGivenUp) {
  body.assign(1'000'000, 'm');
  StreamPeer& client = Connect();
  client.PauseReading(true);
  client.Send("GET / HTTP/1.1\r\n\r\n");
  world.Advance(seconds(61));
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpServerTest, OneConnectionTooManyClosesTheQuietestOne) {
  for (int i = 0; i < 3; ++i) {
    Connect();
    world.Advance(seconds(1));
  }
  clients[0].Send("GET / HTTP/1.1\r\n\r\n");
  world.Advance(seconds(1));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(server->connections(), 3U);
  EXPECT_FALSE(clients[0].ended);
  EXPECT_TRUE(clients[1].ended);
  EXPECT_FALSE(clients[2].ended);
}

TEST_F(HttpServerTest, GarbageIsAnsweredOrClosedAndTheNextClientServed) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string text = random() % 2 == 0 ? "GET / HTTP/1.1\r\nHost: x\r\n\r\n" : "";
    for (uint64_t left = random() % 3000; left > 0; --left) text += static_cast<char>(random());
    Ask(text + "\n\n");
    if (random() % 2 == 0) clients.back().Close();
  }
  EXPECT_LE(server->connections(), 3U);
  EXPECT_THAT(Ask("GET /alive HTTP/1.1\r\n\r\n"), EndsWith("you asked for /alive"));
}

TEST_F(HttpServerTest, ClientsThatVanishAtAnyByteLeaveNothingBehind) {
  wire.faults.cut = 0.3;
  wire.faults.partial = 0.5;
  for (int i = 0; i < 100; ++i) {
    Ask("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    clients.back().Close();
  }
  wire.faults = {};
  world.Advance(seconds(61));
  EXPECT_EQ(server->connections(), 0U);
  EXPECT_THAT(Ask("GET /alive HTTP/1.1\r\n\r\n"), EndsWith("you asked for /alive"));
}

}  // namespace
}  // namespace andon
