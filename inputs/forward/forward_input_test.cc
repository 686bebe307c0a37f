#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/msgpack_writer.h"
#include "core/forward/compression.h"
#include "core/forward/hop.h"
#include "core/forward/message.h"
#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/json_text.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Msgpack(std::string_view json) { return std::string(MsgpackFromJson(json).text()); }

std::string Binary(std::string_view content) {
  ByteBuffer out;
  MsgpackWriter(out).Binary(AsBytes(content));
  return std::string(out.text());
}

std::string Entries(int first, int count) {
  std::string entries;
  for (int i = 0; i < count; ++i) {
    entries += Msgpack("[1700000000, {\"n\": " + std::to_string(first + i) + "}]");
  }
  return entries;
}

std::string Packed(std::string_view tag, std::string_view entries, std::string_view option) {
  return "\x93" + Msgpack('"' + std::string(tag) + '"') + Binary(entries) + std::string(option);
}
std::string Packed(std::string_view tag, std::string_view entries, const char* option = "{}") {
  return Packed(tag, entries, std::string_view(Msgpack(option)));
}

std::string Ack(std::string_view chunk) {
  return Msgpack("{\"ack\": \"" + std::string(chunk) + "\"}");
}

// The option of an andon sender.
struct Numbers {
  LaneId lane{7, 7};
  std::vector<Range> runs;
  Sequence settled = 0;
  std::vector<Run> origin;
  std::vector<LaneId> closed;
};
std::string AndonOption(std::string_view chunk, const Numbers& numbers) {
  ByteBuffer out;
  MsgpackWriter writer(out);
  writer.MapHeader(2);
  writer.String("chunk");
  writer.String(chunk);
  forward::Hop hop;
  hop.lane = numbers.lane;
  hop.output = "out";
  hop.runs = numbers.runs;
  hop.settled = numbers.settled;
  hop.origin = numbers.origin;
  hop.closed = numbers.closed;
  forward::AppendHop(hop, writer);
  return std::string(out.text());
}
std::string AndonAck(std::string_view chunk) {
  return Msgpack("{\"ack\": \"" + std::string(chunk) +
                 "\", \"andon\": {\"once\": true, \"durable\": true}}");
}

class ForwardInputTest : public testing::Test {
 protected:
  ForwardInputTest() : wire_(fixture_.world), network_(wire_, fixture_.loop, "server") {
    fixture_.network.Use(&network_);
  }

  ~ForwardInputTest() override { End(); }

  // As the end of a process does.
  void End() {
    fixture_.emitter.DropAll();
    input_.reset();
    fixture_.positions.Restart();
  }
  void Make(std::string_view yaml = "{}", bool start = true) {
    auto input = MakePlugin<Input>("forward", yaml);
    ASSERT_THAT(input, IsOk());
    input_ = *std::move(input);
    ASSERT_THAT(input_->Prepare(fixture_.input()), IsOk());
    if (start) input_->Start(fixture_.emitter);
  }
  Address address(uint16_t port = 24224) const { return {Address::Kind::kTcp, "server", port}; }
  std::unique_ptr<RawPeer> Client() { return std::make_unique<RawPeer>(network_, address()); }
  void Settle() { fixture_.world.RunUntilIdle(); }
  std::vector<std::string> Records() const { return fixture_.emitter.records(); }
  uint64_t Dropped(const std::string& cause) {
    return fixture_.metrics
        .GetCounter("andon_events_dropped_total",
                    {{"kind", "input"}, {"id", "part"}, {"cause", cause}}, "")
        .value();
  }

  ContextFixture fixture_;
  FakeWire wire_;
  FakeNetwork network_;
  std::unique_ptr<Input> input_;
};

TEST_F(ForwardInputTest, TakesWhatComesAndAcknowledgesWhatIsDurable) {
  Make();
  auto client = Client();
  client->Send(Packed("a.b", Entries(1, 2), R"({"chunk": "x"})") +
               Msgpack(R"(["c", 17, {"m": 1}])"));
  Settle();
  EXPECT_THAT(Records(), ElementsAre(R"({"n":1})", R"({"n":2})", R"({"m":1})"));
  EXPECT_EQ(fixture_.emitter.emits().size(), 1u);
  EXPECT_EQ(client->received(), "");
  EXPECT_EQ(fixture_.ledger.received(), 3u);
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(client->received(), Ack("x"));
}

TEST_F(ForwardInputTest, AllMessagesOfOneReadAreOneEmitWithABatchForEachTag) {
  Make();
  auto client = Client();
  std::string stream;
  for (int i = 0; i < 100; ++i) {
    stream += Msgpack("[\"tag." + std::to_string(i % 2) + "\", 17, {\"i\": " + std::to_string(i) +
                      "}, {\"chunk\": \"" + std::to_string(i) + "\"}]");
  }
  client->Send(stream);
  Settle();
  ASSERT_EQ(fixture_.emitter.emits().size(), 1u);
  EXPECT_EQ(fixture_.emitter.emits()[0].origins.size(), 2u);
  EXPECT_EQ(fixture_.emitter.waiting(), 1u);
  fixture_.emitter.AnswerAll();
  Settle();
  std::string acks;
  for (int i = 0; i < 100; ++i) acks += Ack(std::to_string(i));
  EXPECT_EQ(client->received(), acks);
}

TEST_F(ForwardInputTest, AcksOfOneCommitGoOutInOneWriteToEachConnection) {
  Make();
  std::vector<std::unique_ptr<RawPeer>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Client());
    Settle();
    for (int j = 0; j < 3; ++j) {
      clients.back()->Send(Packed("t", Entries(j, 1), R"({"chunk": "c"})"));
      Settle();
    }
  }
  EXPECT_EQ(fixture_.emitter.waiting(), 9u);
  fixture_.emitter.AnswerAll();
  Settle();
  for (const auto& client : clients) EXPECT_EQ(client->received(), Ack("c") + Ack("c") + Ack("c"));
}

TEST_F(ForwardInputTest, AChunkIdComesBackByteByByteWhateverItsType) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  const std::string binary(
      "\x81\xa5"
      "chunk\xc4\x03\x00\xff\x80",
      12);
  client->Send(Packed("t", Entries(1, 1), std::string_view(binary)));
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": 7})"));
  Settle();
  EXPECT_EQ(client->received(), std::string("\x81\xa3"
                                            "ack\xc4\x03\x00\xff\x80",
                                            10) +
                                    Msgpack(R"({"ack": 7})"));
}

TEST_F(ForwardInputTest, BytesMayComeOneByOne) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  const std::string stream = Packed("p", Entries(1, 3), R"({"chunk": "x"})") +
                             Msgpack(R"(["m", 17, {"m": 1}, {"chunk": "y"}])") +
                             Msgpack(R"(["f", [[17, {"f": 1}]], {"chunk": "z"}])");
  for (const char c : stream) {
    client->Send({&c, 1});
    Settle();
  }
  EXPECT_THAT(Records(), SizeIs(5));
  EXPECT_EQ(client->received(), Ack("x") + Ack("y") + Ack("z"));
}

TEST_F(ForwardInputTest, BadEntriesBecomeErrorEventsAndTheRestIsTaken) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(
      Packed("t", Entries(1, 1) + Msgpack("7") + Msgpack(R"(["x", {"bad": 1}])") + Entries(2, 1),
             R"({"chunk": "x"})"));
  Settle();
  const auto events = fixture_.emitter.events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_THAT(events[0], EventIs("t", R"({"n": 1})"));
  EXPECT_EQ(events[1].tag, "andon.error.part.t");
  EXPECT_THAT(events[1].record, HasSubstr("not an array"));
  EXPECT_THAT(events[2].record, HasSubstr(R"("record":{"bad":1})"));
  EXPECT_THAT(events[3], EventIs("t", R"({"n": 2})"));
  EXPECT_EQ(client->received(), Ack("x"));
  EXPECT_EQ(fixture_.ledger.received(), 4u);
}

TEST_F(ForwardInputTest, ATagThatIsNoneMakesErrorEventsOfItsEntries) {
  Make();
  auto client = Client();
  client->Send(Packed("", Entries(1, 2)) + Msgpack(R"([5, 17, {"m": 1}])") +
               Msgpack(R"(["a\nb", 17, {"m": 2}])"));
  Settle();
  const auto events = fixture_.emitter.events();
  ASSERT_THAT(events, SizeIs(4));
  for (const TestEvent& event : events) EXPECT_EQ(event.tag, "andon.error.part.invalid");
  EXPECT_THAT(events[0].record, HasSubstr(R"("record":{"n":1})"));
}

TEST_F(ForwardInputTest, AMessageThatIsNoneIsKeptAsAnErrorEvent) {
  Make();
  auto client = Client();
  client->Send(Msgpack(R"(["t", null])") + Msgpack("5") + Msgpack(R"(["t", 17, {"ok": 1}])"));
  Settle();
  const auto events = fixture_.emitter.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].tag, "andon.error.part.invalid");
  EXPECT_THAT(events[1], EventIs("t", R"({"ok": 1})"));
  EXPECT_TRUE(client->connected());
}

TEST_F(ForwardInputTest, WhatIsRefusedIsNotAcknowledgedAndNothingOfItIsTaken) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "a"})") +
               Packed("t", "\x1f\x8b garbage", R"({"chunk": "b", "compressed": "gzip"})") +
               Packed("t", Entries(2, 1), R"({"chunk": "c"})"));
  Settle();
  EXPECT_THAT(Records(), ElementsAre(R"({"n":1})"));
  EXPECT_TRUE(client->ended());
  auto next = Client();
  next->Send(Packed("t", Entries(3, 1), R"({"chunk": "d"})"));
  Settle();
  EXPECT_EQ(next->received(), Ack("d"));
}

TEST_F(ForwardInputTest, WhatCannotBeUnpackedAndNobodyWaitsForIsKeptAsAnErrorEvent) {
  Make();
  auto client = Client();
  client->Send(Packed("t", "\x1f\x8b garbage", R"({"compressed": "gzip"})"));
  Settle();
  ASSERT_THAT(fixture_.emitter.events(), SizeIs(1));
  EXPECT_EQ(fixture_.emitter.events()[0].tag, "andon.error.part.t");
  EXPECT_TRUE(client->connected());
}

TEST_F(ForwardInputTest, CompressedEntriesAreUnpacked) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  for (const auto compression : {forward::Compression::kGzip, forward::Compression::kZstd}) {
    const std::string name(forward::CompressionName(compression));
    const std::string entries = Entries(1, 3);
    const Bytes piece = AsBytes(entries);
    ByteBuffer packed;
    ASSERT_TRUE(forward::Packer(compression).Pack({&piece, 1}, packed).ok());
    client->Send(
        Packed("t", packed.text(),
               std::string_view(Msgpack(R"({"chunk": "x", "compressed": ")" + name + "\"}"))));
  }
  Settle();
  EXPECT_THAT(Records(), SizeIs(6));
  EXPECT_EQ(client->received(), Ack("x") + Ack("x"));
}

TEST_F(ForwardInputTest, WhatUnpacksToMoreThanIsHeldComesInPieces) {
  Make("{unpacked_size_limit: 64MiB}");
  auto client = Client();
  const std::string entry = Msgpack(R"([17, {"m": ")" + std::string(10000, 'x') + "\"}]");
  std::string entries;
  for (int i = 0; i < 1500; ++i) entries += entry;
  const Bytes piece = AsBytes(entries);
  ByteBuffer packed;
  ASSERT_TRUE(forward::Packer(forward::Compression::kZstd).Pack({&piece, 1}, packed).ok());
  const std::string option = Msgpack(R"({"chunk": "x", "compressed": "zstd"})");
  client->Send(Packed("t", packed.text(), std::string_view(option)));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1500u);
  EXPECT_GT(fixture_.emitter.emits().size(), 3u);
  EXPECT_EQ(fixture_.emitter.waiting(), 1u);
  EXPECT_TRUE(fixture_.emitter.emits().back().acked);

  // One byte wrong at its end: nothing of it is taken.
  fixture_.emitter.Clear();
  packed.data()[packed.size() - 1] ^= std::byte{1};
  client->Send(Packed("t", packed.text(), std::string_view(option)));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 0u);
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardInputTest, ABombIsRefused) {
  Make("{unpacked_size_limit: 1MiB}");
  auto client = Client();
  const std::string zeros(size_t{32} << 20, '\0');
  const Bytes piece = AsBytes(zeros);
  ByteBuffer packed;
  ASSERT_TRUE(forward::Packer(forward::Compression::kGzip).Pack({&piece, 1}, packed).ok());
  client->Send(Packed("t", packed.text(), R"({"chunk": "x", "compressed": "gzip"})"));
  Settle();
  EXPECT_TRUE(client->ended());
  EXPECT_EQ(fixture_.emitter.count(), 0u);
}

TEST_F(ForwardInputTest, SpeaksJson) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  const std::string stream = R"(["a", 1700000000, {"m": "x]}"}] ["b", [[17, {"n": 1}], [18, {}]],
                                {"chunk": "j\"1"}] ["c", 17, {)";
  for (const char c : stream) {
    client->Send({&c, 1});
    Settle();
  }
  EXPECT_THAT(Records(), ElementsAre(R"({"m":"x]}"})", R"({"n":1})", "{}"));
  EXPECT_EQ(client->received(), R"({"ack":"j\"1"})");
}

TEST_F(ForwardInputTest, AnswersHeartbeats) {
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

TEST_F(ForwardInputTest, PausedItReadsNothingAndResumedItGoesOn) {
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

TEST_F(ForwardInputTest, AClosedConnectionLeavesNothingBehind) {
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

TEST_F(ForwardInputTest, AfterAHalfCloseWhatIsDurableIsStillAcknowledged) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  client->ShutdownWrite();
  Settle();
  EXPECT_FALSE(client->ended());
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(client->received(), Ack("x"));
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardInputTest, WhatThePipelineDroppedIsNotAcknowledgedAndTheSenderLearnsIt) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  Settle();
  fixture_.emitter.DropAll();
  Settle();
  EXPECT_EQ(client->received(), "");
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardInputTest, StoppedItTakesNothingMoreButAnswersWhatItTook) {
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
  EXPECT_EQ(client->received(), Ack("x"));
  End();
  Settle();
}

TEST_F(ForwardInputTest, TooManyConnectionsAreClosedAtOnce) {
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

TEST_F(ForwardInputTest, WhoReadsNoAcknowledgementsGetsNoMoreTakenForEver) {
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

// Memory for messages that are partly received.

std::string Large(size_t bytes) {
  return Packed("t", Msgpack(R"([17, {"m": ")" + std::string(bytes, 'x') + "\"}]"),
                R"({"chunk": "l"})");
}

TEST_F(ForwardInputTest, LargeMessagesOfManySendersAllComeThroughLittleMemory) {
  Make("{receive_memory: 1MiB}");
  fixture_.emitter.AnswerAtOnce(true);
  std::vector<std::unique_ptr<RawPeer>> clients;
  const std::string message = Large(700'000);
  for (int i = 0; i < 20; ++i) {
    clients.push_back(Client());
    clients.back()->Send(message);
  }
  Settle();
  for (const auto& client : clients) EXPECT_EQ(client->received(), Ack("l"));
  EXPECT_EQ(fixture_.emitter.count(), 20u);
}

TEST_F(ForwardInputTest, WhoHoldsMemoryAndDoesNotGoOnIsClosedWhenOthersWait) {
  Make("{receive_memory: 256KiB}");
  fixture_.emitter.AnswerAtOnce(true);
  auto stalled = Client();
  stalled->Send(Large(900'000).substr(0, 800'000));
  Settle();
  auto waiting = Client();
  waiting->Send(Large(700'000));
  fixture_.world.Advance(20s);
  EXPECT_EQ(waiting->received(), "");
  EXPECT_TRUE(stalled->connected());
  fixture_.world.Advance(40s);
  EXPECT_EQ(waiting->received(), Ack("l"));
  EXPECT_TRUE(stalled->ended());
}

TEST_F(ForwardInputTest, SingleBytesAreNoProgressWhileOthersWait) {
  Make("{receive_memory: 256KiB}");
  fixture_.emitter.AnswerAtOnce(true);
  const std::string large = Large(900'000);
  auto slow = Client();
  slow->Send(std::string_view(large).substr(0, 800'000));
  Settle();
  auto second = Client();
  second->Send(std::string_view(large).substr(0, 800'000));
  Settle();
  auto waiting = Client();
  waiting->Send(Large(700'000));
  for (int i = 0; i < 14; ++i) {
    slow->Send("x");
    second->Send("x");
    fixture_.world.Advance(5s);
  }
  EXPECT_TRUE(slow->ended());
  EXPECT_TRUE(second->ended());
  EXPECT_EQ(waiting->received(), Ack("l"));
}

TEST_F(ForwardInputTest, WhoIsSlowButGoesOnIsNotClosed) {
  Make("{receive_memory: 256KiB}");
  fixture_.emitter.AnswerAtOnce(true);
  const std::string large = Large(900'000);
  auto slow = Client();
  slow->Send(std::string_view(large).substr(0, 300'000));
  Settle();
  auto waiting = Client();
  waiting->Send(Large(700'000));
  for (size_t at = 300'000; at < large.size(); at += 70'000) {
    fixture_.world.Advance(20s);
    slow->Send(std::string_view(large).substr(at, 70'000));
  }
  Settle();
  EXPECT_EQ(slow->received(), Ack("l"));
  EXPECT_EQ(waiting->received(), Ack("l"));
}

TEST_F(ForwardInputTest, AnAnnouncedLengthHoldsNoMemory) {
  Make("{receive_memory: 1MiB}");
  fixture_.emitter.AnswerAtOnce(true);
  const std::string large = Large(7'000'000);
  std::vector<std::unique_ptr<RawPeer>> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(Client());
    slow.back()->Send(std::string_view(large).substr(0, 100'000));
  }
  Settle();
  auto other = Client();
  other->Send(Large(300'000));
  Settle();
  EXPECT_EQ(other->received(), Ack("l"));
}

TEST_F(ForwardInputTest, SmallMessagesGetThroughBesideALargeOneThatTakesItsTime) {
  Make("{receive_memory: 256KiB}");
  fixture_.emitter.AnswerAtOnce(true);
  auto slow = Client();
  const std::string large = Large(900'000);
  slow->Send(std::string_view(large).substr(0, 300'000));
  Settle();
  auto small = Client();
  small->Send(Packed("t", Entries(1, 1), R"({"chunk": "s"})"));
  Settle();
  EXPECT_EQ(small->received(), Ack("s"));
  slow->Send(std::string_view(large).substr(300'000));
  Settle();
  EXPECT_EQ(slow->received(), Ack("l"));
}

TEST_F(ForwardInputTest, AThousandConnectionsAtOnce) {
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
  for (const auto& client : clients) EXPECT_EQ(client->received(), Ack("x") + Ack("x") + Ack("x"));
}

// Numbers of andon senders.

TEST_F(ForwardInputTest, AnAndonSenderIsToldWhatItGets) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(Packed("t", Entries(1, 3), AndonOption("x", {.runs = {{1, 3}}})));
  Settle();
  EXPECT_EQ(client->received(), AndonAck("x"));
  ASSERT_THAT(fixture_.emitter.emits(), SizeIs(1));
  EXPECT_THAT(fixture_.emitter.emits()[0].origins,
              ElementsAre(ElementsAre(andon::Run{{7, 7}, 1, 3})));
}

TEST_F(ForwardInputTest, ARepeatIsAcknowledgedAndNotTakenAgain) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 3), AndonOption("x", {.runs = {{1, 3}}})));
  Settle();
  client->Send(Packed("t", Entries(1, 3), AndonOption("y", {.runs = {{1, 3}}})));
  Settle();
  EXPECT_THAT(Records(), SizeIs(3));
  EXPECT_EQ(client->received(), "");
  fixture_.emitter.AnswerAll();
  Settle();
  EXPECT_EQ(client->received(), AndonAck("x") + AndonAck("y"));
  EXPECT_EQ(fixture_.ledger.received(), 6u);
  EXPECT_EQ(Dropped("repeat"), 3u);
}

TEST_F(ForwardInputTest, OtherBoundsAfterARestartCutOffExactlyWhatWasAccepted) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 4), AndonOption("x", {.runs = {{1, 2}, {11, 12}}})));
  Settle();
  End();
  Make();
  auto next = Client();
  next->Send(Packed("t", Entries(101, 8), AndonOption("y", {.runs = {{1, 4}, {10, 13}}})));
  Settle();
  fixture_.emitter.AnswerAll();
  Settle();
  // 1, 2, 11 and 12 were there.
  EXPECT_THAT(Records(),
              ElementsAre(R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})", R"({"n":103})",
                          R"({"n":104})", R"({"n":105})", R"({"n":108})"));
  EXPECT_THAT(next->received(), EndsWith(AndonAck("y")));
}

TEST_F(ForwardInputTest, OriginsTravelWithWhatIsLeft) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(2, 1), AndonOption("w", {.runs = {{2, 2}}})));
  Settle();
  client->Send(
      Packed("t", Entries(1, 4),
             AndonOption("x", {.runs = {{1, 4}}, .origin = {{{1, 1}, 50, 3}, {{2, 2}, 9, 1}}})));
  Settle();
  ASSERT_THAT(fixture_.emitter.emits(), SizeIs(2));
  EXPECT_THAT(fixture_.emitter.emits()[1].origins,
              ElementsAre(ElementsAre(andon::Run{{1, 1}, 50, 1}),
                          ElementsAre(andon::Run{{1, 1}, 52, 1}, andon::Run{{2, 2}, 9, 1})));
}

TEST_F(ForwardInputTest, NumbersThatDoNotAddUpAreRefused) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(Packed("t", Entries(1, 3), AndonOption("x", {.runs = {{1, 4}}})));
  Settle();
  EXPECT_THAT(Records(), IsEmpty());
  EXPECT_TRUE(client->ended());
  EXPECT_EQ(client->received(), "");
}

TEST_F(ForwardInputTest, TwoOutputsOfOneSenderDoNotTakeEachOthersNumbers) {
  Make();
  auto client = Client();
  ByteBuffer option;
  MsgpackWriter writer(option);
  writer.MapHeader(1);
  forward::Hop hop;
  hop.lane = {7, 7};
  hop.output = "another";
  hop.runs = {{5, 6}};
  hop.settled = 4;
  forward::AppendHop(hop, writer);
  client->Send(Packed("t", Entries(5, 2), std::string_view(option.text())));
  client->Send(Packed("t", Entries(1, 2), AndonOption("x", {.runs = {{1, 2}}})));
  Settle();
  EXPECT_THAT(Records(), SizeIs(4));
}

TEST_F(ForwardInputTest, WhatFiltersEmptiedAndWhatIsSettledIsRemembered) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), AndonOption("x", {.runs = {{9, 10}}, .settled = 8})));
  Settle();
  const auto value = fixture_.positions.Find("forward::00000000-0000-0007-0000-000000000007:out");
  ASSERT_TRUE(value.has_value());
  const auto runs = RunSet::Decode(AsBytes(*value));
  ASSERT_THAT(runs, IsOk());
  EXPECT_EQ(runs->watermark(), 10u);
}

TEST_F(ForwardInputTest, AClosedLaneIsForgottenAnHourLater) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), AndonOption("x", {.runs = {{1, 2}}})));
  Settle();
  EXPECT_EQ(fixture_.positions.size(), 2u);
  client->Send(Packed("andon.lane", "", AndonOption("y", {.closed = {{7, 7}}})));
  Settle();
  EXPECT_EQ(client->received(), AndonAck("x") + AndonAck("y"));
  fixture_.world.Advance(50min);
  EXPECT_EQ(fixture_.positions.size(), 2u);
  fixture_.world.Advance(30min);
  EXPECT_EQ(fixture_.positions.size(), 0u);
}

TEST_F(ForwardInputTest, LanesOfSendersThatNeverComeBackExpire) {
  Make("{lane_expiry: 48h}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), AndonOption("x", {.runs = {{1, 2}}})));
  Settle();
  // A clock that jumps takes nothing away.
  fixture_.world.StepWallClock(24h * 100);
  fixture_.world.Advance(2h);
  EXPECT_EQ(fixture_.positions.size(), 2u);
  fixture_.world.Advance(47h);
  EXPECT_EQ(fixture_.positions.size(), 0u);
}

TEST_F(ForwardInputTest, WhatWasStoredBeforeARestartExpiresByItsDay) {
  Make("{lane_expiry: 48h}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), AndonOption("x", {.runs = {{1, 2}}})));
  Settle();
  End();
  fixture_.world.Advance(24h * 4);
  Make("{lane_expiry: 48h}");
  fixture_.world.Advance(50min);
  EXPECT_EQ(fixture_.positions.size(), 2u);
  fixture_.world.Advance(20min);
  EXPECT_EQ(fixture_.positions.size(), 0u);
}

TEST_F(ForwardInputTest, AMessageOfAnAndonSenderThatIsTooLargeIsNotStoredInParts) {
  Make("{chunk_size_limit: 8MiB}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), AndonOption("x", {.runs = {{1, 1}}})));
  const std::string entry = Msgpack(R"([17, {"m": ")" + std::string(100000, 'x') + "\"}]");
  std::string entries;
  for (int i = 0; i < 90; ++i) entries += entry;
  client->Send(Packed("t", entries, AndonOption("y", {.runs = {{2, 91}}})));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1u);
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardInputTest, TheLeastChunkSizeLimitTakesTheLargestMessageOfAnAndonSenderWhole) {
  Make("{chunk_size_limit: 8MiB, receive_memory: 1MiB}");
  fixture_.emitter.AnswerAtOnce(true);
  const std::string entry = Msgpack(R"([17, {"m": ")" + std::string(100000, 'x') + "\"}]");
  std::string entries;
  while (entries.size() + entry.size() <= forward::kAndonMessageBytes) entries += entry;
  const uint64_t count = entries.size() / entry.size();
  const std::string message = Packed("t", entries, AndonOption("x", {.runs = {{1, count}}}));
  auto client = Client();
  client->Send(message);
  client->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), count);
  EXPECT_EQ(client->received(), AndonAck("x") + AndonAck("x"));
}

TEST_F(ForwardInputTest, WhatBecomesAnErrorEventIsCountedAsRejected) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1) + Msgpack("7") + Entries(2, 1)) +
               Msgpack(R"(["t", null])"));
  Settle();
  EXPECT_EQ(fixture_.ledger.received(), 4u);
  EXPECT_EQ(fixture_.metrics.Sum("andon_events_rejected_total"), 2u);
}

TEST_F(ForwardInputTest, TlsAndHttpOnThePlainPortAreToldApartAndClosed) {
  Make();
  for (const std::string_view begin : {std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7),
                                       std::string_view("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                       std::string_view("POST /logs HTTP/1.1\r\n\r\n")}) {
    auto client = Client();
    client->Send(begin.substr(0, 1));
    Settle();
    EXPECT_TRUE(client->connected());
    client->Send(begin.substr(1));
    Settle();
    EXPECT_TRUE(client->ended());
  }
  EXPECT_EQ(fixture_.emitter.count(), 0u);
  EXPECT_EQ(fixture_.metrics.Sum("andon_forward_broken_connections_total"), 3u);
  EXPECT_EQ(fixture_.metrics.Sum("andon_forward_stray_values_total"), 0u);
  // Later in a connection the same bytes say nothing.
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1)) + "GET / " + Packed("t", Entries(2, 1)));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 2u);
}

// Chunks of other senders.

TEST_F(ForwardInputTest, WithAWindowARepeatedChunkIsTakenOnceAcrossARestartToo) {
  Make("{repeat_window: 2}");
  fixture_.emitter.AnswerAtOnce(true);
  const std::string message = Packed("t", Entries(1, 2), R"({"chunk": "x"})");
  auto client = Client();
  client->Send(message + message);
  Settle();
  End();
  Make("{repeat_window: 2}");
  auto next = Client();
  next->Send(message + Packed("t", Entries(1, 3), R"({"chunk": "x"})") +
             Packed("t", Entries(1, 2), R"({"chunk": "y"})"));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 7u);
  // The repeat's answer waits for what others have emitted, and so comes last.
  EXPECT_EQ(next->received(), Ack("x") + Ack("y") + Ack("x"));
  EXPECT_EQ(fixture_.positions.size(), 2u);
  // Three chunks later the first is forgotten.
  next->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 9u);
}

TEST_F(ForwardInputTest, AChunkThatComesInPiecesIsRememberedWithTheLastOfThem) {
  Make("{repeat_window: 10}");
  const std::string entry = Msgpack(R"([17, {"m": ")" + std::string(10000, 'x') + "\"}]");
  std::string entries;
  for (int i = 0; i < 1500; ++i) entries += entry;
  const Bytes piece = AsBytes(entries);
  ByteBuffer packed;
  ASSERT_TRUE(forward::Packer(forward::Compression::kZstd).Pack({&piece, 1}, packed).ok());
  const std::string option = Msgpack(R"({"chunk": "x", "compressed": "zstd"})");
  const std::string message = Packed("t", packed.text(), std::string_view(option));
  auto client = Client();
  client->Send(message);
  Settle();
  const auto& emits = fixture_.emitter.emits();
  ASSERT_GT(emits.size(), 3u);
  for (size_t i = 0; i + 1 < emits.size(); ++i) EXPECT_THAT(emits[i].positions, IsEmpty());
  EXPECT_THAT(emits.back().positions, SizeIs(1));
  // A repeat is counted by its events.
  client->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1500u);
  EXPECT_EQ(fixture_.ledger.received(), 3000u);
  EXPECT_EQ(Dropped("repeat"), 1500u);
}

TEST_F(ForwardInputTest, ARepeatOfASmallCompressedChunkIsCountedByItsEvents) {
  Make("{repeat_window: 10}");
  const std::string entries = Entries(1, 7);
  const Bytes piece = AsBytes(entries);
  ByteBuffer packed;
  ASSERT_TRUE(forward::Packer(forward::Compression::kGzip).Pack({&piece, 1}, packed).ok());
  const std::string option = Msgpack(R"({"chunk": "x", "compressed": "gzip"})");
  const std::string message = Packed("t", packed.text(), std::string_view(option));
  auto client = Client();
  client->Send(message + message);
  Settle();
  EXPECT_THAT(Records(), SizeIs(7));
  EXPECT_EQ(Dropped("repeat"), 7u);
}

TEST_F(ForwardInputTest, AWindowThatIsTurnedOffLeavesNothing) {
  Make("{repeat_window: 100}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), R"({"chunk": "x"})"));
  Settle();
  EXPECT_EQ(fixture_.positions.size(), 1u);
  End();
  Make();
  EXPECT_EQ(fixture_.positions.size(), 0u);
}

// Security.

TEST_F(ForwardInputTest, WithoutAHandshakeNothingIsTaken) {
  Make("{security: {shared_key: s3cr3t}}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1), R"({"chunk": "x"})"));
  Settle();
  EXPECT_THAT(client->received(), HasSubstr("HELO"));
  EXPECT_THAT(client->received(), HasSubstr("invalid ping message"));
  EXPECT_TRUE(client->ended());
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(ForwardInputTest, WhoDoesNotShakeHandsIsClosed) {
  Make("{security: {shared_key: s3cr3t}}");
  auto client = Client();
  fixture_.world.Advance(14s);
  EXPECT_TRUE(client->connected());
  fixture_.world.Advance(2s);
  EXPECT_TRUE(client->ended());
}

TEST(ForwardInputConfigTest, SaysWhatIsWrong) {
  const auto input =
      MakePlugin<Input>("forward",
                        "{listen: [udp://x:1], chunk_size_limit: 1, max_connections: 0, "
                        "security: {clients: [{address: x}]}, tls: {client_certificate: true}}");
  ASSERT_FALSE(input.ok());
  const std::string text(input.status().message());
  EXPECT_THAT(text, HasSubstr("forward listens on tcp:// and unix://"));
  EXPECT_THAT(text, HasSubstr("\"chunk_size_limit\" is too small: 8MiB at least"));
  EXPECT_THAT(text, HasSubstr("\"x\" is no address or range"));
  EXPECT_THAT(text, HasSubstr("\"client_certificate\" needs \"ca\""));
  EXPECT_THAT(text, HasSubstr("shared_key"));
}

}  // namespace
}  // namespace andon
