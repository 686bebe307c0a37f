// What was taken already of andon senders, by the numbers of their lanes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "test/support/forward_input_fixture.h"
#include "test/support/forward_messages.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

using ForwardLanesTest = ForwardInputFixture;

TEST_F(ForwardLanesTest, AnAndonSenderIsToldWhatItGets) {
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

TEST_F(ForwardLanesTest, ARepeatIsAcknowledgedAndNotTakenAgain) {
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

TEST_F(ForwardLanesTest, OtherBoundsAfterARestartCutOffExactlyWhatWasAccepted) {
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

TEST_F(ForwardLanesTest, OriginsTravelWithWhatIsLeft) {
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

TEST_F(ForwardLanesTest, NumbersThatDoNotAddUpAreRefused) {
  Make();
  fixture_.emitter.AnswerAtOnce(true);
  auto client = Client();
  client->Send(Packed("t", Entries(1, 3), AndonOption("x", {.runs = {{1, 4}}})));
  Settle();
  EXPECT_THAT(Records(), IsEmpty());
  EXPECT_TRUE(client->ended());
  EXPECT_EQ(client->received(), "");
}

TEST_F(ForwardLanesTest, TwoOutputsOfOneSenderDoNotTakeEachOthersNumbers) {
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

TEST_F(ForwardLanesTest, WhatFiltersEmptiedAndWhatIsSettledIsRemembered) {
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

TEST_F(ForwardLanesTest, AClosedLaneIsForgottenAnHourLater) {
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

TEST_F(ForwardLanesTest, LanesOfSendersThatNeverComeBackExpire) {
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

TEST_F(ForwardLanesTest, WhatWasStoredBeforeARestartExpiresByItsDay) {
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

TEST_F(ForwardLanesTest, AMessageOfAnAndonSenderThatIsTooLargeIsNotStoredInParts) {
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

TEST_F(ForwardLanesTest, TheLeastChunkSizeLimitTakesTheLargestMessageOfAnAndonSenderWhole) {
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

TEST_F(ForwardLanesTest, WhatBecomesAnErrorEventIsCountedAsRejected) {
  Make();
  auto client = Client();
  client->Send(Packed("t", Entries(1, 1) + Msgpack("7") + Entries(2, 1)) +
               Msgpack(R"(["t", null])"));
  Settle();
  EXPECT_EQ(fixture_.ledger.received(), 4u);
  EXPECT_EQ(fixture_.metrics.Sum("andon_events_rejected_total"), 2u);
}

TEST_F(ForwardLanesTest, TlsAndHttpOnThePlainPortAreToldApartAndClosed) {
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

}  // namespace
}  // namespace andon
