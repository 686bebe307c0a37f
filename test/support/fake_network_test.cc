#include "test/support/fake_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "test/support/stream_peer.h"

namespace andon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct FakeNetworkTest : ::testing::Test {
  explicit FakeNetworkTest(uint64_t seed = 1) : world(FakeWorld::Order::kRandom, seed) {}
  void Listen() {
    ListenOptions options;
    options.address = {Address::Kind::kTcp, "0.0.0.0", 24224};
    auto made = server_network.Listen(
        options, [this](std::unique_ptr<Stream> stream) { server.Use(std::move(stream)); });
    ASSERT_TRUE(made.ok());
    listener = *std::move(made);
  }
  void Connect(const std::string& host = "server") {
    ConnectOptions options;
    options.address = {Address::Kind::kTcp, host, 24224};
    connecting = client_network.Connect(options, [this](Result<std::unique_ptr<Stream>> stream) {
      connect_status = stream.status();
      if (stream.ok()) client.Use(*std::move(stream));
    });
  }
  FakeWorld world;
  FakeWire wire{world};
  FakeLoop server_loop{world};
  FakeLoop client_loop{world};
  FakeNetwork server_network{wire, server_loop, "server"};
  FakeNetwork client_network{wire, client_loop, "client"};
  StreamPeer server;
  StreamPeer client;
  Status connect_status = Unavailable("not called");
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Connecting> connecting;
};

TEST_F(FakeNetworkTest, WhatOneEndWritesTheOtherReadsAndThenTheEnd) {
  Listen();
  Connect();
  client.Send("hello");
  server.Send("welcome");
  world.RunUntilIdle();
  EXPECT_EQ(server.got, "hello");
  EXPECT_EQ(client.got, "welcome");
  EXPECT_EQ(client.stream().peer(), "10.0.0.1:24224");
  EXPECT_THAT(server.stream().peer(), HasSubstr("10.0.0.2:"));
  client.Close();
  world.RunUntilIdle();
  EXPECT_TRUE(server.ended);
  EXPECT_TRUE(server.error.ok());
  server.Close();
  world.RunUntilIdle();
  EXPECT_EQ(wire.open_connections(), 0U);
}

TEST_F(FakeNetworkTest, ASlowReaderHoldsTheWriterBack) {
  wire.faults.window_bytes = 1000;
  Listen();
  Connect();
  client.Send(std::string(5000, 'x'));
  world.RunUntil([&] { return server.connected(); }, seconds(1));
  server.PauseReading(true);
  world.RunUntilIdle();
  EXPECT_GE(client.to_send.size(), 3000U);
  server.PauseReading(false);
  world.RunUntilIdle();
  EXPECT_EQ(server.got, std::string(5000, 'x'));
}

TEST_F(FakeNetworkTest, NobodyListensAndNobodyIsThere) {
  Connect();
  world.RunUntilIdle();
  EXPECT_EQ(connect_status.message(), "connect tcp://server:24224: Connection refused");
  Connect("elsewhere");
  world.RunUntilIdle();
  EXPECT_THAT(std::string(connect_status.message()), HasSubstr("Name or service not known"));
}

TEST_F(FakeNetworkTest, ALostAttemptTimesOut) {
  Listen();
  wire.faults.lose_connect = 1;
  Connect();
  world.Advance(seconds(9));
  EXPECT_EQ(connect_status.message(), "not called");
  world.Advance(seconds(1));
  EXPECT_THAT(std::string(connect_status.message()), HasSubstr("timed out"));
}

TEST_F(FakeNetworkTest, AnAttemptThatIsDestroyedIsForgotten) {
  Listen();
  Connect();
  connecting.reset();
  world.Advance(seconds(20));
  EXPECT_EQ(connect_status.message(), "not called");
  EXPECT_FALSE(client.connected());
}

TEST_F(FakeNetworkTest, BytesAreLateButInOrderWhateverTheSeed) {
  wire.faults.min_delay = milliseconds(1);
  wire.faults.max_delay = milliseconds(50);
  wire.faults.partial = 0.5;
  Listen();
  Connect();
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + ",";
  client.Send(text);
  world.Advance(milliseconds(0));
  EXPECT_TRUE(server.got.empty());
  EXPECT_TRUE(world.RunUntil([&] { return server.got == text; }, seconds(60)));
}

TEST_F(FakeNetworkTest, ACutAtEachByteDeliversExactlyWhatWasBeforeIt) {
  Listen();
  for (uint64_t cut = 0; cut <= 10; ++cut) {
    SCOPED_TRACE(cut);
    server.got.clear();
    client.ended = server.ended = false;
    Connect();
    world.RunUntilIdle();
    wire.CutAtByte(cut);
    client.Send("0123456789");
    world.RunUntilIdle();
    EXPECT_EQ(server.got, std::string("0123456789").substr(0, cut));
    EXPECT_TRUE(server.ended);
    EXPECT_FALSE(server.error.ok());
    EXPECT_TRUE(client.ended);
    client.Close();
    server.Close();
    world.RunUntilIdle();
    EXPECT_EQ(wire.open_connections(), 0U);
  }
}

TEST_F(FakeNetworkTest, AHalfOpenConnectionIsNoticedByKeepalivesOnly) {
  Listen();
  Connect();
  world.RunUntilIdle();
  wire.faults.half_open = 1;
  client.Send("lost");
  world.Advance(seconds(119));
  EXPECT_EQ(server.got, "");
  EXPECT_FALSE(client.ended);
  EXPECT_FALSE(server.ended);
  world.Advance(seconds(1));
  EXPECT_TRUE(client.ended);
  EXPECT_TRUE(server.ended);
}

TEST_F(FakeNetworkTest, AHostThatLosesPowerTellsNobody) {
  Listen();
  Connect();
  world.RunUntilIdle();
  wire.PowerOff("client");
  client.Close();
  world.Advance(seconds(60));
  EXPECT_FALSE(server.ended);
  world.Advance(seconds(60));
  EXPECT_TRUE(server.ended);
}

TEST_F(FakeNetworkTest, WhatWaitedForTheCableArrives) {
  Listen();
  Connect();
  world.RunUntilIdle();
  wire.Unplug("server", true);
  client.Send("patience");
  world.Advance(seconds(5));
  EXPECT_EQ(server.got, "");
  wire.Unplug("server", false);
  world.RunUntilIdle();
  EXPECT_EQ(server.got, "patience");
}

TEST_F(FakeNetworkTest, APausedListenersConnectionsWait) {
  Listen();
  listener->Pause();
  Connect();
  client.Send("early");
  world.RunUntilIdle();
  EXPECT_TRUE(client.connected());
  EXPECT_FALSE(server.connected());
  listener->Resume();
  world.RunUntilIdle();
  EXPECT_EQ(server.got, "early");
}

TEST_F(FakeNetworkTest, WhatWaitsIsHandedToTheListenerThatTakesOver) {
  Listen();
  listener->Pause();
  Connect();
  client.Send("early");
  world.RunUntilIdle();
  const std::unique_ptr<Listener> old = std::move(listener);
  Listen();
  EXPECT_FALSE(server.connected());
  const_cast<std::unique_ptr<Listener>&>(old).reset();
  world.RunUntilIdle();
  EXPECT_EQ(server.got, "early");
}

TEST_F(FakeNetworkTest, BothEndsMustAgreeOnTls) {
  Listen();
  ConnectOptions options;
  options.address = {Address::Kind::kTcp, "server", 24224};
  options.tls.enabled = true;
  Status status;
  const auto attempt = client_network.Connect(
      options, [&](Result<std::unique_ptr<Stream>> stream) { status = stream.status(); });
  world.RunUntilIdle();
  EXPECT_THAT(std::string(status.message()), HasSubstr("tls"));
}

TEST_F(FakeNetworkTest, DatagramsComeInBatchesAndAFullBufferDropsAndCounts) {
  std::vector<size_t> batches;
  std::string peer;
  DatagramOptions options;
  options.address = {Address::Kind::kUdp, "0.0.0.0", 514};
  options.receive_buffer_bytes = 1000;
  auto receiver = server_network.Bind(options, [&](std::span<const Datagram> datagrams) {
    batches.push_back(datagrams.size());
    peer = datagrams[0].peer;
    EXPECT_EQ(AsText(datagrams[0].bytes), "0123456789");
  });
  options.address.port = 0;
  auto sender = client_network.Bind(options, [](std::span<const Datagram>) {});
  (*receiver)->Pause();
  for (int i = 0; i < 130; ++i) {
    ASSERT_TRUE(
        (*sender)->SendTo(AsBytes("0123456789"), {Address::Kind::kUdp, "server", 514}).ok());
  }
  world.RunUntilIdle();
  (*receiver)->Resume();
  world.RunUntilIdle();
  EXPECT_THAT(batches, ElementsAre(64, 36));
  EXPECT_EQ((*receiver)->TakeDrops(), 30U);
  EXPECT_EQ((*receiver)->TakeDrops(), 0U);
  EXPECT_EQ(peer, "10.0.0.2:" + std::to_string((*sender)->address().port));
}

// Everything goes wrong, and goes wrong the same way each time.
std::string RunWithFaults(uint64_t seed) {
  struct Run : FakeNetworkTest {
    explicit Run(uint64_t number) : FakeNetworkTest(number) {}
    void TestBody() override {}
    std::string Go() {
      wire.faults = {.max_delay = milliseconds(20),
                     .refuse_connect = 0.2,
                     .cut = 0.05,
                     .half_open = 0.01,
                     .partial = 0.5,
                     .keepalive = seconds(1)};
      Listen();
      std::string log;
      for (int i = 0; i < 20; ++i) {
        server.got.clear();
        client.ended = server.ended = false;
        client.Close();
        server.Close();
        client.to_send = std::string(500, 'x');
        Connect();
        world.Advance(seconds(2));
        log += std::to_string(server.got.size()) + (server.ended ? "!" : ".") + " ";
      }
      return log;
    }
  };
  return Run(seed).Go();
}

TEST(FakeNetworkSeedTest, TheSameSeedGivesTheSameFaults) {
  EXPECT_EQ(RunWithFaults(3), RunWithFaults(3));
  EXPECT_NE(RunWithFaults(3), RunWithFaults(4));
}

}  // namespace
}  // namespace andon
