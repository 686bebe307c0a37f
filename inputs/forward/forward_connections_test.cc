// Senders that come, go, wait, or have to be refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "test/support/forward_input_fixture.h"
#include "test/support/forward_messages.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using ForwardConnectionsTest = ForwardInputFixture;

TEST_F(ForwardConnectionsTest, AnswersHeartbeats) {
  Make();
  std::string answer;
  DatagramOptions options;
  options.address = {Address::Kind::kUdp, "server", 0};
  auto socket = network_.Bind(options, [&](std::span<const Datagram> datagrams) {
    for (const Datagram& datagram : datagrams) answer += AsText(datagram.bytes);
  });
  ASSERT_THAT(socket, IsOk());
  Address to = address();
  to.kind = Address::Kind::kUdp;
  to.host = wire_.IpOf("server");
  ASSERT_THAT((*socket)->SendTo(AsBytes("xy"), to), IsOk());
  Settle();
  EXPECT_EQ(answer, std::string(1, '\0'));
}

TEST_F(ForwardConnectionsTest, PausedItReadsNothingAndResumedItGoesOn) {
  Make();
  auto client = Client();
  fixture_.emitter.OnEmit([this] { input_->Pause(); });
  client->Send(Packed("t", Entries(1, 1)));
  Settle();
  client->Send(Packed("t", Entries(2, 1)));
  auto second = Client();
  second->Send(Packed("t", Entries(3, 1)));
  Settle();
  EXPECT_THAT(Records(), SizeIs(1));
  input_->Resume();
  Settle();
  EXPECT_THAT(Records(), SizeIs(2));
  input_->Resume();
  Settle();
  EXPECT_THAT(Records(), SizeIs(3));
}

TEST_F(ForwardConnectionsTest, AClosedConnectionLeavesNothingBehind) {
  Make();
  {
    auto client = Client();
    client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
    Settle();
    client->Close();
    Settle();
  }
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(wire_.open_connections(), 0u);
  EXPECT_THAT(Records(), SizeIs(1));
}

TEST_F(ForwardConnectionsTest, AfterAHalfCloseWhatIsDurableIsStillAcknowledged) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  client->ShutdownWrite();
  Settle();
  EXPECT_FALSE(client->ended());
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(client->received(), AckText("x"));
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardConnectionsTest, WhatThePipelineDroppedIsNotAcknowledgedAndTheSenderLearnsIt) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  Settle();
  fixture_.emitter.DropAll();
  Settle();
  EXPECT_EQ(client->received(), "");
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardConnectionsTest, StoppedItTakesNothingMoreButAnswersWhatItTook) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  Settle();
  bool stopped = false;
  input_->Stop([&] { stopped = true; });
  EXPECT_TRUE(stopped);
  client->Send(Packed("t", Entries(2, 1), R"({"chunk": "y"})"));
  Settle();
  EXPECT_THAT(Records(), SizeIs(1));
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(client->received(), AckText("x"));
  End();
  Settle();
}

TEST_F(ForwardConnectionsTest, TooManyConnectionsAreClosedAtOnce) {
  Make("{max_connections: 2}");
  auto one = Client();
  auto two = Client();
  Settle();
  auto three = Client();
  Settle();
  EXPECT_TRUE(three->ended());
  two->Close();
  Settle();
  auto four = Client();
  four->Send(Packed("t", Entries(1, 1)));
  Settle();
  EXPECT_THAT(Records(), SizeIs(1));
}

TEST_F(ForwardConnectionsTest, WhoReadsNoAcknowledgementsGetsNoMoreTakenForEver) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  wire_.faults.window_bytes = 4096;
  auto client = Client();
  client->StopReading();
  const std::string message = Packed("t", "", R"({"chunk": "0123456789012345678901234567890123"})");
  for (int i = 0; i < 20000; ++i) client->Send(message);
  Settle();
  EXPECT_GT(client->unsent(), 0u);
}

TEST_F(ForwardConnectionsTest, AThousandConnectionsAtOnce) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  std::vector<std::unique_ptr<RawPeer>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(Client());
  Settle();
  for (int round = 0; round < 3; ++round) {
    for (const auto& client : clients) {
      client->Send(Packed("t", Entries(round, 3), R"({"chunk": "x"})"));
    }
    Settle();
  }
  EXPECT_EQ(fixture_.emitter.count(), 9000u);
  for (const auto& client : clients)
    EXPECT_EQ(client->received(), AckText("x") + AckText("x") + AckText("x"));
}

TEST_F(ForwardConnectionsTest, WithoutAHandshakeNothingIsTaken) {
  Make("{security: {shared_key: s3cr3t}}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  Settle();
  EXPECT_THAT(client->received(), HasSubstr("HELO"));
  EXPECT_THAT(client->received(), HasSubstr("invalid ping message"));
  EXPECT_TRUE(client->ended());
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(ForwardConnectionsTest, WhoDoesNotShakeHandsIsClosed) {
  Make("{security: {shared_key: s3cr3t}}");
  auto client = Client();
  fixture_.world.Advance(14s);
  EXPECT_TRUE(client->connected());
  fixture_.world.Advance(2s);
  EXPECT_TRUE(client->ended());
}

}  // namespace
}  // namespace andon
