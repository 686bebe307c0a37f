// What was taken already of other senders, by the ids of their chunks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/forward/compression.h"
#include "test/support/forward_input_fixture.h"
#include "test/support/forward_messages.h"

namespace andon {
namespace {

using testing::ElementsAreArray;
using testing::SizeIs;

using ForwardRepeatsTest = ForwardInputFixture;

TEST_F(ForwardRepeatsTest, WithAWindowARepeatedChunkIsTakenOnceAcrossARestartToo) {
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
  EXPECT_EQ(next->received(), AckText("x") + AckText("y") + AckText("x"));
  EXPECT_EQ(fixture_.positions.size(), 2u);
  // Three chunks later the first is forgotten.
  next->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 9u);
}

TEST_F(ForwardRepeatsTest, AChunkThatComesInPiecesIsRememberedWithTheLastOfThem) {
  Make("{repeat_window: 10}");
  const std::string message =
      Packed("t", Compressed(ManyLongEntries(), forward::Compression::kZstd),
             R"({"chunk": "x", "compressed": "zstd"})");
  auto client = Client();
  client->Send(message);
  Settle();
  const auto& emits = fixture_.emitter.emits();
  ASSERT_GT(emits.size(), 3u);
  // It takes the place of what the pieces before it have said.
  EXPECT_THAT(emits.back().positions, SizeIs(2));
  EXPECT_EQ(fixture_.positions.size(), 1u);
  // A repeat is counted by its events.
  client->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1500u);
  EXPECT_EQ(fixture_.ledger.received(), 3000u);
  EXPECT_EQ(Dropped("repeat"), 1500u);
}

TEST_F(ForwardRepeatsTest, OfAChunkInPiecesThatACrashCutOffARepeatBringsTheRest) {
  const std::string message =
      Packed("t", Compressed(ManyLongEntries(), forward::Compression::kZstd),
             R"({"chunk": "x", "compressed": "zstd"})");
  const auto send = [&] {
    Make("{repeat_window: 10}");
    auto client = Client();
    client->Send(message);
    Settle();
  };
  send();
  const std::vector<CollectingEmitter::Emitted> pieces = fixture_.emitter.emits();
  const std::vector<std::string> all = Records();
  ASSERT_GT(pieces.size(), 3u);
  size_t stored = 0;
  for (size_t durable = 0; durable < pieces.size(); ++durable) {
    SCOPED_TRACE(durable);
    End();
    fixture_.emitter.Clear();
    fixture_.positions = MemoryPositions();
    for (size_t i = 0; i < durable; ++i) {
      for (const auto& [source, value, kind] : pieces[i].positions) {
        fixture_.positions.Store({source, AsBytes(value), kind});
      }
    }
    send();
    EXPECT_THAT(Records(),
                ElementsAreArray(all.begin() + static_cast<ptrdiff_t>(stored), all.end()));
    EXPECT_EQ(fixture_.positions.size(), 1u);
    stored += pieces[durable].events.size();
  }
}

TEST_F(ForwardRepeatsTest, ARepeatOfASmallCompressedChunkIsCountedByItsEvents) {
  Make("{repeat_window: 10}");
  const std::string message = Packed("t", Compressed(Entries(1, 7), forward::Compression::kGzip),
                                     R"({"chunk": "x", "compressed": "gzip"})");
  auto client = Client();
  client->Send(message + message);
  Settle();
  EXPECT_THAT(Records(), SizeIs(7));
  EXPECT_EQ(Dropped("repeat"), 7u);
}

TEST_F(ForwardRepeatsTest, AWindowThatIsTurnedOffLeavesNothing) {
  Make("{repeat_window: 100}");
  auto client = Client();
  client->Send(Packed("t", Entries(1, 2), R"({"chunk": "x"})"));
  Settle();
  EXPECT_EQ(fixture_.positions.size(), 1u);
  End();
  Make();
  EXPECT_EQ(fixture_.positions.size(), 0u);
}

}  // namespace
}  // namespace andon
