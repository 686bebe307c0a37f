#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/msgpack_walk.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/ack.h"
#include "core/forward/compression.h"
#include "core/forward/handshake.h"
#include "core/forward/message_option.h"
#include "core/plugin/output.h"
#include "outputs/forward/delivery_note.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using forward::DeliveryNote;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A message as a server reads it.
struct Received {
  std::string tag;
  std::string entries;
  std::string chunk;
  forward::Compression compression = forward::Compression::kNone;
  std::vector<Range> runs;
  Sequence settled = 0;
  std::vector<andon::Run> origin;
  std::vector<LaneId> closed;
  uint64_t size = 0;
};

std::vector<Received> ReadMessages(const std::string& bytes) {
  std::vector<Received> messages;
  for (Bytes rest = AsBytes(bytes); !rest.empty();) {
    const WalkResult walk = WalkValue(rest);
    if (walk.outcome != WalkOutcome::kOk) break;
    const ValueView value(rest.first(walk.bytes));
    rest = rest.subspan(walk.bytes);
    EXPECT_EQ(value.size(), 3u);
    auto at = value.begin_array();
    Received message;
    message.tag = *at.value().AsString();
    at.Next();
    message.entries = *at.value().AsBinary();
    at.Next();
    const auto option = forward::ReadMessageOption(at.value());
    EXPECT_EQ(option.error, nullptr);
    if (option.wants_ack()) message.chunk = *option.chunk.AsString();
    message.compression = option.compression;
    message.size = *at.value().Find("size")->AsUint();
    EXPECT_TRUE(option.hop.has_value());
    EXPECT_EQ(option.hop->output, "part");
    message.runs = option.hop->runs;
    message.settled = option.hop->settled;
    message.origin = option.hop->origin;
    message.closed = option.hop->closed;
    messages.push_back(message);
  }
  return messages;
}

enum class Peer { kAndon, kOther };

std::string AckFor(const std::string& chunk, Peer peer) {
  ByteBuffer id;
  MsgpackWriter(id).String(chunk);
  ByteBuffer out;
  std::optional<forward::Capability> capability;
  if (peer == Peer::kAndon) capability = forward::Capability{true, true};
  forward::AppendAck(ValueView(id.bytes()), capability, out);
  return std::string(out.text());
}

std::vector<TestEvent> Events(int first, int count, const std::string& tag = "t") {
  std::vector<TestEvent> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(EventFromJson(tag, "{\"n\": " + std::to_string(first + i) + "}"));
  }
  return events;
}

class ForwardOutputTest : public testing::Test {
 protected:
  ForwardOutputTest()
      : fixture_({.kind = "output"}), wire_(fixture_.world), network_(wire_, fixture_.loop, "h") {
    fixture_.network.Use(&network_);
  }
  ~ForwardOutputTest() override { output_.reset(); }

  static Address At(uint16_t port) { return {Address::Kind::kTcp, "h", port}; }
  void Make(const std::string& yaml) {
    output_.reset();
    auto output = MakePlugin<Output>("forward", yaml);
    ASSERT_THAT(output, IsOk());
    output_ = *std::move(output);
    ASSERT_THAT(output_->Prepare(fixture_.output()), IsOk());
    output_->Start();
  }
  void MakeOne(const std::string& more = "") {
    Make("{servers: [{address: \"h:1\"}]" + (more.empty() ? "" : ", " + more) + "}");
  }
  // Two servers of which the first is preferred.
  void MakeTwo(const std::string& more = "") {
    Make("{servers: [{address: \"h:1\"}, {address: \"h:2\", standby: true}]" +
         (more.empty() ? "" : ", " + more) + "}");
  }
  void Write(const std::vector<TestEvent>& events, Sequence first, Sequence settled = 0) {
    WriteChunk(MakeChunk(events, {.first = first, .settled = settled}));
  }
  void WriteChunk(Chunk chunk) {
    output_->Write(std::move(chunk),
                   [this](WriteResult result) { results_.push_back(std::move(result)); });
  }
  void Settle() { fixture_.world.RunUntilIdle(); }
  // Acknowledges everything that the server's last connection got.
  std::vector<Received> Acknowledge(RawServer& server, Peer peer = Peer::kAndon) {
    auto messages = ReadMessages(server.last().TakeReceived());
    for (const Received& message : messages) {
      if (!message.chunk.empty()) server.last().Send(AckFor(message.chunk, peer));
    }
    Settle();
    return messages;
  }
  double Doubled() {
    return static_cast<double>(fixture_.metrics
                                   .GetCounter("andon_forward_possibly_doubled_events_total",
                                               {{"kind", "output"}, {"id", "part"}}, "")
                                   .value());
  }
  double Once(const std::string& server) {
    return fixture_.metrics
        .GetGauge("andon_forward_peer_once",
                  {{"kind", "output"}, {"id", "part"}, {"server", server}}, "")
        .value();
  }

  ContextFixture fixture_;
  FakeWire wire_;
  FakeNetwork network_;
  std::unique_ptr<Output> output_;
  std::vector<WriteResult> results_;
};

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

TEST_F(ForwardOutputTest, NothingIsSentBeforeTheNoteThatSaysWhereIsDurable) {
  RawServer server(network_, At(1));
  MakeOne();
  UniqueFunction<void(Status)> saved;
  fixture_.output().save_note = [&](std::string note, UniqueFunction<void(Status)> done) {
    fixture_.notes.push_back(std::move(note));
    saved = std::move(done);
  };
  Write(Events(1, 3), 11, 10);
  Write(Events(4, 3), 14, 10);
  fixture_.world.Advance(1s);
  EXPECT_EQ(server.last().received(), "");
  ASSERT_THAT(fixture_.notes, SizeIs(1));
  saved(OkStatus());
  Settle();
  EXPECT_THAT(Acknowledge(server), SizeIs(2));
  const auto note = DeliveryNote::Decode(fixture_.notes[0]);
  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->active, "tcp://h:1");
  const auto& lanes = note->servers.at("tcp://h:1").may_have;
  ASSERT_THAT(lanes, SizeIs(1));
  EXPECT_THAT(lanes.begin()->second.Common({11, 16}), ElementsAre(Range{11, 16}));
  // Far ahead: the next chunks need no other note.
  for (int i = 0; i < 100; ++i) Write(Events(7, 3), static_cast<Sequence>(17 + 3 * i), 10);
  Settle();
  EXPECT_THAT(fixture_.notes, SizeIs(1));
}

TEST_F(ForwardOutputTest, ANoteThatCannotBeSavedSendsNothing) {
  RawServer server(network_, At(1));
  MakeOne();
  fixture_.note_status = Unavailable("disk full");
  Write(Events(1, 3), 1);
  Settle();
  EXPECT_EQ(server.last().received(), "");
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_THAT(results_[0].again, ElementsAre(Range{1, 3}));
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

TEST_F(ForwardOutputTest, WhatHasNoAnswerGoesToTheSameServerAgainAndNewDataToTheNext) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first);
  Write(Events(4, 3), 4, 3);
  Settle();
  EXPECT_THAT(ReadMessages(first.last().TakeReceived()), SizeIs(1));
  first.StopListening();
  first.last().Close();
  Settle();
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_THAT(results_[1].status, IsOk()) << "the other server takes new data";
  EXPECT_THAT(results_[1].again, ElementsAre(Range{4, 6}));

  // The chunk of which one half is in doubt is divided.
  Write(Events(4, 6), 4, 3);
  Settle();
  const auto elsewhere = Acknowledge(second);
  ASSERT_THAT(elsewhere, SizeIs(1));
  EXPECT_THAT(elsewhere[0].runs, ElementsAre(Range{7, 9}));
  ASSERT_THAT(results_, SizeIs(3));
  EXPECT_THAT(results_[2].again, ElementsAre(Range{4, 6}));
  EXPECT_EQ(Doubled(), 0);

  RawServer back(network_, At(1));
  fixture_.world.Advance(2s);
  Write(Events(4, 3), 4, 3);
  Settle();
  ASSERT_EQ(back.connections(), 1u);
  const auto again = Acknowledge(back);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_THAT(again[0].runs, ElementsAre(Range{4, 6}));
  EXPECT_THAT(results_.back().again, IsEmpty());
}

TEST_F(ForwardOutputTest, AfterInDoubtTimeoutItGoesElsewhereAndIsCounted) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo("in_doubt_timeout: 10m");
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first);
  Write(Events(4, 3), 4, 3);
  Settle();
  first.StopListening();
  first.last().Close();
  fixture_.world.Advance(9min);
  Write(Events(4, 3), 4, 3);
  fixture_.world.Advance(1s);
  EXPECT_THAT(results_.back().again, ElementsAre(Range{4, 6}));
  EXPECT_EQ(Doubled(), 0);
  fixture_.world.Advance(2min);
  Write(Events(4, 3), 4, 3);
  Settle();
  EXPECT_THAT(Acknowledge(second), SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
  EXPECT_EQ(Doubled(), 3);
}

TEST_F(ForwardOutputTest, WhatNeverLeftIsNotInDoubt) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  wire_.faults.window_bytes = 100;
  Write(Events(1, 1), 1);
  Settle();
  Acknowledge(first);
  first.last().StopReading();
  Write(Events(2, 1000), 2, 1);
  Settle();
  first.StopListening();
  first.last().Close();
  Settle();
  EXPECT_THAT(results_.back().again, ElementsAre(Range{2, 1001}));
  wire_.faults.window_bytes = 65536;
  Write(Events(2, 1000), 2, 1);
  Settle();
  EXPECT_THAT(Acknowledge(second), SizeIs(1));
  EXPECT_EQ(Doubled(), 0);
}

TEST_F(ForwardOutputTest, AfterARestartTheNoteTellsWhoMayHaveWhat) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first);
  Write(Events(4, 3), 4, 3);
  Settle();
  // The process is killed, and the server too.
  first.StopListening();
  output_.reset();
  MakeTwo();
  Write(Events(4, 3), 4, 3);
  fixture_.world.Advance(1s);
  EXPECT_THAT(results_.back().again, ElementsAre(Range{4, 6}));
  // Another lane was never sent to anybody.
  WriteChunk(MakeChunk(Events(1, 2), {.lane = {2, 2}, .first = 1}));
  Settle();
  const auto fresh = Acknowledge(second);
  ASSERT_THAT(fresh, SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
}

TEST_F(ForwardOutputTest, AfterAnOrderlyStopOnlyWhatWasSentIsInDoubt) {
  RawServer first(network_, At(1));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first);
  bool stopped = false;
  output_->Stop([&] { stopped = true; });
  Settle();
  EXPECT_TRUE(stopped);
  const auto note = DeliveryNote::Decode(fixture_.notes.back());
  ASSERT_THAT(note, IsOk());
  const auto& lanes = note->servers.at("tcp://h:1").may_have;
  ASSERT_THAT(lanes, SizeIs(1));
  EXPECT_THAT(lanes.begin()->second.ranges(), ElementsAre(Range{1, 3}));
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

TEST_F(ForwardOutputTest, AServerThatDoesNotKnowNumbersIsNotWaitedFor) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first, Peer::kOther);
  EXPECT_EQ(Once("tcp://h:1"), 0);
  Write(Events(4, 3), 4, 3);
  Settle();
  first.StopListening();
  first.last().Close();
  Settle();
  Write(Events(4, 3), 4, 3);
  Settle();
  EXPECT_THAT(Acknowledge(second, Peer::kOther), SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
  EXPECT_EQ(Doubled(), 3);
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
