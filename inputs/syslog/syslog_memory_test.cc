// The memory for messages that are partly received, and who is cut off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/syslog_input_fixture.h"

namespace andon {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

using SyslogMemoryTest = SyslogInputFixture;

TEST_F(SyslogMemoryTest, SilentConnectionsAreClosedAfterTheirTime) {
  Start("tag: s, idle_timeout: 60s");
  StreamPeer& silent = Connect();
  StreamPeer& busy = Connect();
  Send(silent, Line("half"));
  for (int i = 0; i < 10; ++i) {
    fixture.world.Advance(seconds(10));
    Send(busy, Line("x") + "\n");
  }
  EXPECT_TRUE(silent.ended);
  EXPECT_FALSE(busy.ended);
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("half"))));
  EXPECT_EQ(Counted("andon_syslog_cut_off_connections_total"), 1u);
}

TEST_F(SyslogMemoryTest, NobodyIsClosedForSilenceByDefault) {
  Start("tag: s");
  StreamPeer& silent = Connect();
  fixture.world.Advance(std::chrono::hours(100));
  EXPECT_FALSE(silent.ended);
  EXPECT_EQ(fixture.loop.timers(), 0u);
}

TEST_F(SyslogMemoryTest, WhenMemoryIsUsedUpOnlyTheOldestMessageIsReadOn) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  const std::string half = Line(std::string(15000, 'x'));
  StreamPeer& oldest = Connect();
  Send(oldest, half);
  fixture.world.Advance(seconds(1));
  StreamPeer& other = Connect();
  Send(other, half);
  Send(Connect(), half);
  Send(other, "\n" + Line("waits") + "\n");
  EXPECT_EQ(fixture.emitter.count(), 0u);
  Send(oldest, "\n");
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("waits"))));
}

TEST_F(SyslogMemoryTest, WhenMemoryIsUsedUpWholeMessagesStillGetThrough) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  for (int i = 0; i < 3; ++i) Send(Connect(), Line(std::string(15000, 'x')));
  Send(Connect(), Line("whole") + "\n");
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("whole"))));
  // Not without end: what many leave unfinished is bounded.
  for (int i = 0; i < 10; ++i) Send(Connect(), Line(std::string(15000, 'x')));
  Send(Connect(), Line("late") + "\n");
  EXPECT_THAT(fixture.emitter.records(),
              testing::Not(testing::Contains(NormalJson(Record("late")))));
}

TEST_F(SyslogMemoryTest, WhoHoldsAllMemoryAndSendsNothingIsCutOff) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  const std::string half = "16000 " + Line(std::string(15000, 'x'));
  StreamPeer& oldest = Connect();
  Send(oldest, half);
  fixture.world.Advance(seconds(1));
  Send(Connect(), half);
  StreamPeer& other = Connect();
  Send(other, half);
  Send(other, std::string(1000, ' ') + Line("waits") + "\n");
  EXPECT_FALSE(oldest.ended);
  fixture.world.Advance(seconds(40));
  EXPECT_TRUE(oldest.ended);
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("waits"))));
  EXPECT_THAT(fixture.emitter.records(),
              testing::Contains(HasSubstr("too little while others waited")));
}

TEST_F(SyslogMemoryTest, ManyWhoHoldMemoryAndSendNothingAreCutOffTogether) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  const std::string half = "16000 " + Line(std::string(15000, 'x'));
  std::vector<StreamPeer*> silent;
  for (int i = 0; i < 30; ++i) {
    silent.push_back(&Connect());
    Send(*silent.back(), half);
  }
  StreamPeer& other = Connect();
  Send(other, Line("waits") + "\n");
  EXPECT_EQ(fixture.emitter.count(), 0u);
  // One after the other, each for the shortest limit of 5 s, it would be three minutes.
  fixture.world.Advance(seconds(80));
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("waits"))));
  EXPECT_TRUE(silent[0]->ended);
  EXPECT_FALSE(other.ended);
}

TEST_F(SyslogMemoryTest, WhoHasSentWhileNobodyReadIsNotSilent) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  const std::string half = Line(std::string(15000, 'x'));
  Send(Connect(), half);
  fixture.world.Advance(seconds(1));
  StreamPeer& second = Connect();
  Send(second, half);
  fixture.world.Advance(seconds(1));
  Send(Connect(), half);
  Send(second, "\n" + Line("waits"));  // Nobody reads it before the first is cut off.
  fixture.world.Advance(seconds(40));
  EXPECT_FALSE(second.ended);
  EXPECT_EQ(Counted("andon_syslog_cut_off_connections_total"), 1u);
}

TEST_F(SyslogMemoryTest, SingleBytesAreNoProgressWhileOthersWait) {
  Start("tag: s, max_message_size: 16KiB, receive_memory: 40KiB");
  const std::string half = Line(std::string(15000, 'x'));
  std::vector<StreamPeer*> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(&Connect());
    Send(*slow.back(), half);
    fixture.world.Advance(seconds(1));
  }
  StreamPeer& other = Connect();
  Send(other, half);
  Send(other, "\n" + Line("waits") + "\n");
  EXPECT_EQ(fixture.emitter.count(), 0u);
  for (int i = 0; i < 16; ++i) {
    for (StreamPeer* peer : slow) {
      if (!peer->ended) Send(*peer, "x");
    }
    fixture.world.Advance(seconds(5));
  }
  EXPECT_TRUE(slow[0]->ended);
  EXPECT_FALSE(slow[4]->ended);
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("waits"))));
}

}  // namespace
}  // namespace andon
