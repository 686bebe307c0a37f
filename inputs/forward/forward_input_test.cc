// The forward input's options, and what it takes of messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/forward/compression.h"
#include "test/support/forward_input_fixture.h"
#include "test/support/forward_messages.h"
#include "test/support/make_plugin.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using ForwardInputTest = ForwardInputFixture;

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
  EXPECT_EQ(client->received(), AckText("x"));
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
  for (int i = 0; i < 100; ++i) acks += AckText(std::to_string(i));
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
  for (const auto& client : clients)
    EXPECT_EQ(client->received(), AckText("c") + AckText("c") + AckText("c"));
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
  EXPECT_EQ(client->received(), AckText("x") + AckText("y") + AckText("z"));
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
  EXPECT_EQ(client->received(), AckText("x"));
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
  EXPECT_EQ(next->received(), AckText("d"));
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
    client->Send(
        Packed("t", Compressed(Entries(1, 3), compression),
               std::string_view(Msgpack(R"({"chunk": "x", "compressed": ")" + name + "\"}"))));
  }
  Settle();
  EXPECT_THAT(Records(), SizeIs(6));
  EXPECT_EQ(client->received(), AckText("x") + AckText("x"));
}

TEST_F(ForwardInputTest, WhatUnpacksToMoreThanIsHeldComesInPieces) {
  Make("{unpacked_size_limit: 64MiB}");
  auto client = Client();
  std::string packed = Compressed(ManyLongEntries(), forward::Compression::kZstd);
  const std::string option = Msgpack(R"({"chunk": "x", "compressed": "zstd"})");
  client->Send(Packed("t", packed, std::string_view(option)));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1500u);
  EXPECT_GT(fixture_.emitter.emits().size(), 3u);
  EXPECT_EQ(fixture_.emitter.waiting(), 1u);
  EXPECT_TRUE(fixture_.emitter.emits().back().acked);

  // One byte wrong at its end: nothing of it is taken.
  fixture_.emitter.Clear();
  packed.back() = static_cast<char>(packed.back() ^ 1);
  client->Send(Packed("t", packed, std::string_view(option)));
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 0u);
  EXPECT_TRUE(client->ended());
}

TEST_F(ForwardInputTest, ABombIsRefused) {
  Make("{unpacked_size_limit: 1MiB}");
  auto client = Client();
  const std::string zeros(size_t{32} << 20, '\0');
  client->Send(Packed("t", Compressed(zeros, forward::Compression::kGzip),
                      R"({"chunk": "x", "compressed": "gzip"})"));
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
