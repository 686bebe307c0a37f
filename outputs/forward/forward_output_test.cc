// The forward output's options, its messages, and the servers that it uses.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/forward/compression.h"
#include "core/forward/handshake.h"
#include "test/support/forward_output_fixture.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using ForwardOutputTest = ForwardOutputFixture;

class NetworkWithoutFiles : public FakeNetwork {
 public:
  using FakeNetwork::FakeNetwork;
  Status CheckTls(const TlsOptions& options) override {
    return InvalidConfig("tls ca " + options.ca + ": gone");
  }
};

TEST_F(ForwardOutputTest, DoesNotBeginWithFilesThatCannotBeUsed) {
  NetworkWithoutFiles network(wire_, fixture_.loop, "collector");
  fixture_.network.Use(&network);
  const auto made = MakePlugin<Output>("forward", "{servers: [{address: 'h:1'}], tls: {ca: /x}}");
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT((*made)->Prepare(fixture_.output()),
              StatusIs(StatusCode::kInvalidConfig, testing::HasSubstr("tls ca /x: gone")));
}

TEST_F(ForwardOutputTest, OneMessageATagWithTheRunsOfItsEntries) {
  RawServer server(network_, At(1));
  MakeOne();
  auto events = Events(1, 2, "a");
  for (const auto& event : Events(3, 1, "b")) events.push_back(event);
  for (const auto& event : Events(4, 2, "a")) events.push_back(event);
  Write(events, 101, 100);
  Settle();
  EXPECT_THAT(results_, IsEmpty());
  const auto messages = Acknowledge(server);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].tag, "a");
  EXPECT_EQ(messages[0].size, 4u);
  EXPECT_THAT(messages[0].runs, ElementsAre(Range{101, 102}, Range{104, 105}));
  EXPECT_EQ(messages[0].settled, 100u);
  EXPECT_THAT(messages[0].origin, IsEmpty());
  EXPECT_THAT(DecodeEntries("a", AsBytes(messages[0].entries)),
              ElementsAre(events[0], events[1], events[3], events[4]));
  EXPECT_THAT(messages[1].runs, ElementsAre(Range{103, 103}));
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_THAT(results_[0].status, IsOk());
  EXPECT_THAT(results_[0].again, IsEmpty());
  EXPECT_EQ(Once("tcp://h:1"), 1);
}

TEST_F(ForwardOutputTest, SeveralChunksAreUnderWayAndAnsweredInAnyOrder) {
  RawServer server(network_, At(1));
  MakeOne();
  std::vector<int> done;
  for (int i = 0; i < 4; ++i) {
    output_->Write(MakeChunk(Events(i, 1), {.first = static_cast<Sequence>(i + 1)}),
                   [&done, i](WriteResult result) {
                     EXPECT_THAT(result.status, IsOk());
                     done.push_back(i);
                   });
  }
  Settle();
  const auto messages = ReadMessages(server.last().TakeReceived());
  ASSERT_THAT(messages, SizeIs(4));
  for (const size_t index : {2u, 0u, 3u, 1u}) {
    server.last().Send(AckFor(messages[index].chunk, Peer::kAndon));
    Settle();
  }
  EXPECT_THAT(done, ElementsAre(2, 0, 3, 1));
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ForwardOutputTest, CompressedEntriesUnpackToTheSame) {
  for (const std::string name : {"gzip", "zstd"}) {
    RawServer server(network_, At(1));
    MakeOne("compress: " + name);
    Write(Events(1, 100), 1);
    Settle();
    const auto messages = Acknowledge(server);
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_EQ(forward::CompressionName(messages[0].compression), name);
    forward::Unpacker unpacker;
    unpacker.Begin(messages[0].compression, AsBytes(messages[0].entries));
    std::vector<std::byte> room(100000);
    size_t written = 0;
    ASSERT_EQ(unpacker.Next(room, &written), forward::Unpacker::Outcome::kEnd);
    EXPECT_EQ(DecodeEntries("t", Bytes(room).first(written)), Events(1, 100));
  }
}

TEST_F(ForwardOutputTest, OriginsGoWithTheirEntries) {
  RawServer server(network_, At(1));
  MakeOne();
  const Chunk plain = MakeChunk(Events(1, 5), {.first = 1});
  const std::vector<andon::Run> origin = {{{5, 5}, 77, 2}};
  Chunk::Parts parts{plain.lane(), plain.window(), 0, {}, {std::make_shared<Chunk>(plain)}};
  const Range halves[] = {{1, 2}, {3, 5}};
  const Chunk first = plain.Only({&halves[0], 1});
  const Chunk second = plain.Only({&halves[1], 1});
  parts.pieces = {first.pieces()[0], second.pieces()[0]};
  parts.pieces[0].origin = origin;
  WriteChunk(Chunk(parts));
  Settle();
  const auto messages = Acknowledge(server);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_THAT(messages[0].runs, ElementsAre(Range{1, 5}));
  EXPECT_THAT(messages[0].origin,
              ElementsAre(andon::Run{{5, 5}, 77, 2}, andon::Run{plain.lane(), 3, 3}));
}

TEST_F(ForwardOutputTest, ALargePieceIsCutIntoSeveralMessages) {
  RawServer server(network_, At(1));
  MakeOne();
  std::vector<TestEvent> events;
  for (int i = 0; i < 7; ++i) {
    events.push_back(EventFromJson("t", "{\"m\": \"" + std::string(1'000'000, 'x') + "\"}"));
  }
  Write(events, 1);
  Settle();
  const auto messages = Acknowledge(server);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_THAT(messages[0].runs, ElementsAre(Range{1, 4}));
  EXPECT_THAT(messages[1].runs, ElementsAre(Range{5, 7}));
  EXPECT_THAT(results_, SizeIs(1));
}

TEST_F(ForwardOutputTest, WithoutAServerTheOutputIsUnavailable) {
  MakeOne();
  Write(Events(1, 3), 1);
  fixture_.world.Advance(1ms);
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(results_[0].status.message()), HasSubstr("tcp://h:1"));
  RawServer server(network_, At(1));
  fixture_.world.Advance(2s);
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(server);
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_THAT(results_[1].status, IsOk());
}

TEST_F(ForwardOutputTest, StopWaitsForAnswersAndThenGivesUp) {
  RawServer server(network_, At(1));
  MakeOne();
  Write(Events(1, 3), 1);
  Settle();
  bool stopped = false;
  output_->Stop([&] { stopped = true; });
  fixture_.world.Advance(9s);
  EXPECT_FALSE(stopped);
  EXPECT_THAT(results_, IsEmpty());
  fixture_.world.Advance(2s);
  EXPECT_TRUE(stopped);
  ASSERT_THAT(results_, SizeIs(1));
}

TEST_F(ForwardOutputTest, AServerThatAnswersNothingIsGivenUp) {
  RawServer first(network_, At(1));
  MakeOne("ack_timeout: 20s");
  Write(Events(1, 3), 1);
  fixture_.world.Advance(19s);
  EXPECT_THAT(results_, IsEmpty());
  fixture_.world.Advance(2s);
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_THAT(std::string(results_[0].status.message()), HasSubstr("ack_timeout"));
  EXPECT_TRUE(first.last().ended());
}

TEST_F(ForwardOutputTest, AServerThatReadsNothingIsGivenUp) {
  RawServer server(network_, At(1));
  wire_.faults.window_bytes = 100;
  MakeOne("ack_timeout: 20s");
  Write(Events(1, 1000), 1);
  fixture_.world.Advance(1ms);
  server.last().StopReading();
  fixture_.world.Advance(30s);
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status.code(), StatusCode::kUnavailable);
}

TEST_F(ForwardOutputTest, AServerThatIsPreferredIsUsedAgainWhenItHasBeenBackForAWhile) {
  RawServer second(network_, At(2));
  MakeTwo();
  Write(Events(1, 1), 1);
  fixture_.world.Advance(3s);
  EXPECT_EQ(second.connections(), 0u);
  Write(Events(1, 1), 1);
  Settle();
  Acknowledge(second);
  RawServer first(network_, At(1));
  fixture_.world.Advance(40s);
  EXPECT_EQ(first.connections(), 1u) << "it is connected to without data";
  Write(Events(2, 1), 2, 1);
  Settle();
  EXPECT_THAT(Acknowledge(first), SizeIs(1));
}

TEST_F(ForwardOutputTest, WithoutAcknowledgementsWhatIsWrittenIsDone) {
  RawServer server(network_, At(1));
  MakeOne("require_ack: false");
  Write(Events(1, 3), 1);
  Settle();
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_THAT(results_[0].status, IsOk());
  const auto messages = ReadMessages(server.last().TakeReceived());
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].chunk, "");
}

TEST_F(ForwardOutputTest, WithoutKeepaliveEachChunkHasItsConnection) {
  RawServer server(network_, At(1));
  MakeOne("keepalive: false");
  for (Sequence i = 1; i <= 3; ++i) {
    Write(Events(1, 1), i, i - 1);
    Settle();
    Acknowledge(server);
    fixture_.world.Advance(1ms);
    EXPECT_TRUE(server.last().ended());
  }
  EXPECT_EQ(server.connections(), 3u);
  EXPECT_THAT(results_, SizeIs(3));
}

TEST_F(ForwardOutputTest, AnIdleConnectionIsClosedWhenThatIsAsked) {
  RawServer server(network_, At(1));
  MakeOne("keepalive_timeout: 30s");
  Write(Events(1, 1), 1);
  Settle();
  Acknowledge(server);
  fixture_.world.Advance(29s);
  EXPECT_TRUE(server.last().connected());
  fixture_.world.Advance(2s);
  EXPECT_TRUE(server.last().ended());
}

TEST_F(ForwardOutputTest, AClosedLaneIsAnnouncedUntilTheServerHasHeard) {
  RawServer server(network_, At(1));
  MakeOne();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(server);
  output_->LaneClosed({1, 1});
  output_->LaneClosed({9, 9});  // Of which it never had anything.
  Settle();
  auto messages = ReadMessages(server.last().TakeReceived());
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_THAT(messages[0].closed, ElementsAre(LaneId{1, 1}));
  EXPECT_EQ(messages[0].size, 0u);
  server.last().Close();
  fixture_.world.Advance(2s);
  WriteChunk(MakeChunk(Events(1, 1), {.lane = {2, 2}}));
  Settle();
  messages = Acknowledge(server);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_THAT(messages[1].closed, ElementsAre(LaneId{1, 1}));
  EXPECT_EQ(server.last().received(), "");
}

TEST_F(ForwardOutputTest, AServerThatAsksForAHandshakeSaysSo) {
  RawServer server(network_, At(1));
  MakeOne();
  Write(Events(1, 3), 1);
  Settle();
  ByteBuffer helo;
  forward::AppendHelo({.nonce = "x"}, helo);
  server.last().Send(helo.bytes());
  Settle();
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(results_[0].status.message()), HasSubstr("set shared_key"));
}

TEST_F(ForwardOutputTest, UdpHeartbeatsThatStopTakeAServerOutOfUse) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  std::unique_ptr<DatagramSocket> socket;
  DatagramOptions options;
  options.address = {Address::Kind::kUdp, "h", 1};
  auto bound = network_.Bind(options, [&](std::span<const Datagram> datagrams) {
    const std::byte answer{0};
    for (const Datagram& datagram : datagrams) {
      (void)socket->SendTo({&answer, 1}, *ParseAddress(datagram.peer, Address::Kind::kUdp));
    }
  });
  ASSERT_THAT(bound, IsOk());
  socket = *std::move(bound);
  MakeTwo("heartbeat: udp, heartbeat_interval: 1s, heartbeat_timeout: 5s");
  Write(Events(1, 1), 1);
  Settle();
  Acknowledge(first);
  fixture_.world.Advance(1min);
  EXPECT_TRUE(first.last().connected());
  socket.reset();
  fixture_.world.Advance(7s);
  EXPECT_TRUE(first.peer(0).ended());
}

TEST(ForwardOutputConfigTest, SaysWhatIsWrong) {
  const auto output = MakePlugin<Output>(
      "forward",
      "{servers: [{address: \"udp://x:1\"}, {address: a, weight: 0}, {address: a}], "
      "compress: lz4, tls: {key: k}}");
  ASSERT_FALSE(output.ok());
  const std::string text(output.status().message());
  EXPECT_THAT(text, HasSubstr("forward connects to tcp:// and unix://"));
  EXPECT_THAT(text, HasSubstr("\"weight\" must be 1 at least"));
  EXPECT_THAT(text, HasSubstr("two servers are called"));
  EXPECT_THAT(text, HasSubstr("\"compress\" must be one of none, gzip, zstd"));
  EXPECT_THAT(text, HasSubstr("go together"));
}

}  // namespace
}  // namespace andon
