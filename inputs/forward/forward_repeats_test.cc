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

using testing::IsEmpty;
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
  for (size_t i = 0; i + 1 < emits.size(); ++i) EXPECT_THAT(emits[i].positions, IsEmpty());
  EXPECT_THAT(emits.back().positions, SizeIs(1));
  // A repeat is counted by its events.
  client->Send(message);
  Settle();
  EXPECT_EQ(fixture_.emitter.count(), 1500u);
  EXPECT_EQ(fixture_.ledger.received(), 3000u);
  EXPECT_EQ(Dropped("repeat"), 1500u);
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
