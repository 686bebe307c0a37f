// The memory for messages that are partly received, and who is cut off for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test/support/forward_input_fixture.h"
#include "test/support/forward_messages.h"

namespace andon {
namespace {

using namespace std::chrono_literals;

std::string Large(size_t bytes) {
  return Packed("t", Msgpack(R"([17, {"m": ")" + std::string(bytes, 'x') + "\"}]"),
                R"({"chunk": "l"})");
}

class ForwardMemoryTest : public ForwardInputFixture {
 protected:
  void MakeWith(const std::string& receive_memory) {
    Make("{receive_memory: " + receive_memory + "}");
    fixture_.emitter.AnswerAtOnce(true);
  }
  // One that has sent these bytes.
  std::unique_ptr<RawPeer> SenderOf(std::string_view bytes) {
    auto sender = Client();
    sender->Send(bytes);
    Settle();
    return sender;
  }
};

TEST_F(ForwardMemoryTest, LargeMessagesOfManySendersAllComeThroughLittleMemory) {
  MakeWith("1MiB");
  std::vector<std::unique_ptr<RawPeer>> clients;
  const std::string message = Large(700'000);
  for (int i = 0; i < 20; ++i) {
    clients.push_back(Client());
    clients.back()->Send(message);
  }
  Settle();
  for (const auto& client : clients) EXPECT_EQ(client->received(), AckText("l"));
  EXPECT_EQ(fixture_.emitter.count(), 20u);
}

TEST_F(ForwardMemoryTest, WhoHoldsMemoryAndDoesNotGoOnIsClosedWhenOthersWait) {
  MakeWith("256KiB");
  auto stalled = SenderOf(Large(900'000).substr(0, 800'000));
  auto waiting = Client();
  waiting->Send(Large(700'000));
  fixture_.world.Advance(20s);
  EXPECT_EQ(waiting->received(), "");
  EXPECT_TRUE(stalled->connected());
  fixture_.world.Advance(40s);
  EXPECT_EQ(waiting->received(), AckText("l"));
  EXPECT_TRUE(stalled->ended());
}

TEST_F(ForwardMemoryTest, SingleBytesAreNoProgressWhileOthersWait) {
  MakeWith("256KiB");
  const std::string part = Large(900'000).substr(0, 800'000);
  auto slow = SenderOf(part);
  auto second = SenderOf(part);
  auto waiting = Client();
  waiting->Send(Large(700'000));
  for (int i = 0; i < 14; ++i) {
    slow->Send("x");
    second->Send("x");
    fixture_.world.Advance(5s);
  }
  EXPECT_TRUE(slow->ended());
  EXPECT_TRUE(second->ended());
  EXPECT_EQ(waiting->received(), AckText("l"));
}

TEST_F(ForwardMemoryTest, WhoIsSlowButGoesOnIsNotClosed) {
  MakeWith("256KiB");
  const std::string large = Large(900'000);
  auto slow = SenderOf(large.substr(0, 300'000));
  auto waiting = Client();
  waiting->Send(Large(700'000));
  for (size_t at = 300'000; at < large.size(); at += 70'000) {
    fixture_.world.Advance(20s);
    slow->Send(std::string_view(large).substr(at, 70'000));
  }
  Settle();
  EXPECT_EQ(slow->received(), AckText("l"));
  EXPECT_EQ(waiting->received(), AckText("l"));
}

TEST_F(ForwardMemoryTest, AnAnnouncedLengthHoldsNoMemory) {
  MakeWith("1MiB");
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
  EXPECT_EQ(other->received(), AckText("l"));
}

TEST_F(ForwardMemoryTest, SmallMessagesGetThroughBesideALargeOneThatTakesItsTime) {
  MakeWith("256KiB");
  const std::string large = Large(900'000);
  auto slow = SenderOf(large.substr(0, 300'000));
  auto small = Client();
  small->Send(Packed("t", Entries(1, 1), R"({"chunk": "s"})"));
  Settle();
  EXPECT_EQ(small->received(), AckText("s"));
  slow->Send(std::string_view(large).substr(300'000));
  Settle();
  EXPECT_EQ(slow->received(), AckText("l"));
}

}  // namespace
}  // namespace andon
