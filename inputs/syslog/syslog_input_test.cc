// The input as the pipeline drives it, on a network in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/syslog_input_fixture.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using SyslogInputTest = SyslogInputFixture;

TEST_F(SyslogInputTest, WhatOneReadBringsIsOneEmit) {
  Start("tag: log.syslog");
  for (int i = 0; i < 5; ++i) SendDatagram(Line(std::to_string(i)));
  fixture.world.RunUntilIdle();
  ASSERT_THAT(fixture.emitter.emits(), SizeIs(1));
  EXPECT_THAT(fixture.emitter.events(), SizeIs(5));
  EXPECT_THAT(fixture.emitter.events()[4], EventIs("log.syslog", Record("4")));
  StreamPeer& peer = Connect();
  Send(peer, Line("a") + "\n" + ::andon::Counted("b") + Line("c") + "\n");
  ASSERT_THAT(fixture.emitter.emits(), SizeIs(2));
  EXPECT_THAT(fixture.emitter.emits()[1].events,
              ElementsAre(RecordIs(Record("a")), RecordIs(Record("b")), RecordIs(Record("c"))));
  EXPECT_EQ(fixture.ledger.received(), 8u);
}

TEST_F(SyslogInputTest, WhatCannotBeParsedIsAnErrorEventInTheSameEmit) {
  Start("tag: 'log.${facility}'");
  SendDatagram(Line("good"));
  SendDatagram("no syslog\xff");
  fixture.world.RunUntilIdle();
  ASSERT_THAT(fixture.emitter.emits(), SizeIs(1));
  EXPECT_THAT(
      fixture.emitter.events(),
      ElementsAre(EventIs("log.auth", Record("good")),
                  EventIs("andon.error.sys.log",
                          R"({"error":"priority is missing: a syslog message begins with <0> to )"
                          R"(<191>","plugin":"sys","tag":"log","message":"no syslog\xff"})")));
  EXPECT_EQ(fixture.ledger.received(), 2u);
}

TEST_F(SyslogInputTest, TagsHaveFacilityAndSeverityWhereTheyAreWanted) {
  Start("tag: 'log.${facility}.${severity}'");
  for (const int priority : {34, 0, 34, 191}) {
    SendDatagram("<" + std::to_string(priority) + ">Oct 11 22:14:15 h app: x");
  }
  fixture.world.RunUntilIdle();
  std::vector<std::string> tags;
  for (const TestEvent& event : fixture.emitter.events()) tags.push_back(event.tag);
  EXPECT_THAT(tags,
              ElementsAre("log.auth.crit", "log.auth.crit", "log.kern.emerg", "log.local7.debug"));
}

TEST_F(SyslogInputTest, TheSendersAddressIsAFieldWhenItIsWanted) {
  Start("tag: s, source_address_key: source");
  SendDatagram(Line("x"));
  Send(Connect(), Line("y") + "\n");
  ASSERT_THAT(fixture.emitter.records(), SizeIs(2));
  for (const std::string& record : fixture.emitter.records()) {
    EXPECT_THAT(record, HasSubstr(R"("source":"10.0.0.2")"));
  }
}

TEST_F(SyslogInputTest, MessagesOverTheLimitAreCutAndCounted) {
  Start("tag: s, max_message_size: 480");
  const std::string text(1000, 'x');
  SendDatagram(Line(text));
  Send(Connect(), Line(text) + "\n" + Line("y") + "\n");
  const std::string cut(480 - Line("").size(), 'x');
  EXPECT_THAT(fixture.emitter.records(),
              testing::UnorderedElementsAre(NormalJson(Record(cut)), NormalJson(Record(cut)),
                                            NormalJson(Record("y"))));
  EXPECT_EQ(Counted("andon_syslog_cut_messages_total"), 2u);
}

TEST_F(SyslogInputTest, MessagesOverTheLimitAreDroppedAndCountedWhenThatIsWanted) {
  Start("tag: s, max_message_size: 480, oversize: drop");
  SendDatagram(Line(std::string(1000, 'x')));
  Send(Connect(), Line(std::string(1000, 'x')) + "\n" + Line("y") + "\n");
  EXPECT_THAT(fixture.emitter.records(), ElementsAre(NormalJson(Record("y"))));
  EXPECT_EQ(Dropped("too_long"), 2u);
  EXPECT_EQ(fixture.ledger.received(), 3u);
}

TEST_F(SyslogInputTest, WhatTheKernelDroppedIsReceivedAndDropped) {
  Start("tag: s, receive_buffer: 1000");
  for (int i = 0; i < 100; ++i) SendDatagram(Line(std::to_string(i)));
  fixture.world.RunUntilIdle();
  EXPECT_GT(Dropped("kernel"), 0u);
  EXPECT_EQ(Dropped("kernel") + fixture.emitter.count(), 100u);
  EXPECT_EQ(fixture.ledger.received(), 100u);
}

TEST_F(SyslogInputTest, APauseFromWithinEmitStopsReadingUntilResume) {
  Start("tag: s");
  StreamPeer& peer = Connect();
  fixture.emitter.OnEmit([this] { input->Pause(); });
  Send(peer, Line("a") + "\n");
  Send(peer, Line("b") + "\n");
  SendDatagram(Line("c"));
  Connect().Send(Line("d") + "\n");
  fixture.world.RunUntilIdle();
  EXPECT_THAT(fixture.emitter.records(), SizeIs(1));
  fixture.emitter.OnEmit({});
  input->Resume();
  fixture.world.RunUntilIdle();
  EXPECT_THAT(fixture.emitter.records(), SizeIs(4));
}

TEST_F(SyslogInputTest, MoreConnectionsThanAllowedAreClosedAtOnce) {
  Start("tag: s, max_connections: 2");
  StreamPeer& first = Connect();
  Connect();
  StreamPeer& third = Connect();
  EXPECT_TRUE(third.ended);
  EXPECT_FALSE(first.ended);
  EXPECT_EQ(Counted("andon_syslog_refused_connections_total"), 1u);
  first.Close();
  fixture.world.RunUntilIdle();
  EXPECT_FALSE(Connect().ended);
}

TEST_F(SyslogInputTest, AnUnfinishedLineIsAMessageAndAnUnfinishedCountAnError) {
  Start("tag: s");
  StreamPeer& line = Connect();
  Send(line, Line("a"));
  StreamPeer& counted = Connect();
  Send(counted, "100 <34>Oct 11");
  EXPECT_EQ(fixture.emitter.count(), 0u);
  line.Close();
  counted.Close();
  fixture.world.RunUntilIdle();
  ASSERT_THAT(fixture.emitter.records(), SizeIs(2));
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(NormalJson(Record("a"))));
  EXPECT_THAT(fixture.emitter.records(),
              testing::Contains(testing::AllOf(HasSubstr("<34>Oct 11"),
                                               HasSubstr("closed the connection inside"))));
}

TEST_F(SyslogInputTest, AStreamWhoseCountIsLostIsKeptAsAnErrorAndClosed) {
  Start("tag: s, framing: octet_counting");
  StreamPeer& peer = Connect();
  Send(peer, ::andon::Counted("a") + "garbage");
  EXPECT_TRUE(peer.ended);
  ASSERT_THAT(fixture.emitter.records(), SizeIs(2));
  EXPECT_THAT(fixture.emitter.records()[1], HasSubstr("garbage"));
  EXPECT_EQ(Counted("andon_syslog_broken_connections_total"), 1u);
}

TEST_F(SyslogInputTest, AnErrorEventIsCountedAsRejectedAndSaysWhereItCameFrom) {
  Start("tag: s, source_address_key: from");
  StreamPeer& peer = Connect();
  Send(peer, Line("good") + "\nno syslog\n");
  EXPECT_EQ(fixture.ledger.received(), 2u);
  EXPECT_EQ(Counted("andon_events_rejected_total"), 1u);
  ASSERT_THAT(fixture.emitter.events(), SizeIs(2));
  EXPECT_THAT(fixture.emitter.events()[1].record, HasSubstr(R"("from":")"));
}

TEST_F(SyslogInputTest, TlsAndHttpOnThePlainPortAreToldApartAndClosed) {
  Start("tag: s");
  for (const std::string& begin :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\n", 8), std::string("GET / HTTP/1.1\r\n\r\n")}) {
    StreamPeer& peer = Connect();
    Send(peer, begin.substr(0, 1));
    EXPECT_FALSE(peer.ended);
    Send(peer, begin.substr(1));
    EXPECT_TRUE(peer.ended);
  }
  EXPECT_EQ(fixture.emitter.count(), 0u);
  EXPECT_EQ(Counted("andon_syslog_broken_connections_total"), 2u);
  // Later in a connection the same bytes are a line as any other.
  Send(Connect(), Line("x") + "\nGET / HTTP/1.1\n");
  EXPECT_EQ(fixture.emitter.count(), 2u);
}

TEST_F(SyslogInputTest, StopEmitsWhatHasArrivedAndNothingAfterwards) {
  Start("tag: s");
  StreamPeer& peer = Connect();
  Send(peer, Line("a") + "\n100 <34>half");
  StreamPeer& unread = Connect();
  unread.Send(Line("b") + "\n");
  bool stopped = false;
  input->Stop([&stopped] { stopped = true; });
  EXPECT_TRUE(stopped);
  const size_t count = fixture.emitter.count();
  EXPECT_THAT(fixture.emitter.records(), testing::Contains(HasSubstr("andon stopped inside")));
  SendDatagram(Line("late"));
  fixture.world.RunUntilIdle();
  EXPECT_EQ(fixture.emitter.count(), count);
  EXPECT_TRUE(peer.ended);
}

TEST_F(SyslogInputTest, LongMessagesInSmallPiecesArriveWhole) {
  Start("tag: s, max_message_size: 1MiB");
  const std::string text(300'000, 'x');
  StreamPeer& peer = Connect();
  const std::string stream = ::andon::Counted(text) + Line(text) + "\n" + ::andon::Counted("end");
  for (size_t at = 0; at < stream.size(); at += 7000) Send(peer, stream.substr(at, 7000));
  EXPECT_THAT(
      fixture.emitter.records(),
      ElementsAre(NormalJson(Record(text)), NormalJson(Record(text)), NormalJson(Record("end"))));
}

TEST_F(SyslogInputTest, MayBeDestroyedUnstarted) {
  auto made = MakePlugin<Input>("syslog", "{listen: 'udp://0.0.0.0:5140', tag: s}");
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT((*made)->Prepare(fixture.input()), IsOk());
}

class SyslogSecondWorkerTest : public SyslogInputTest {
 protected:
  SyslogSecondWorkerTest() : SyslogInputTest({.id = "sys", .worker = 1, .workers = 2}) {}
};

TEST_F(SyslogSecondWorkerTest, LeavesUnixSocketsToTheFirst) {
  Start("tag: s", "['unixgram:///run/none', 'unix:///run/none2', 'tcp://0.0.0.0:5140']");
  EXPECT_EQ(wire.receivers().size(), 1u);  // The client's.
  EXPECT_EQ(wire.listeners().size(), 1u);
}

std::string MistakeIn(const std::string& yaml) {
  auto made = MakePlugin<Input>("syslog", yaml);
  EXPECT_FALSE(made.ok()) << yaml;
  return std::string(made.status().message());
}

TEST(SyslogInputConfigTest, NamesEveryMistake) {
  EXPECT_THAT(MistakeIn("{}"), HasSubstr("\"tag\""));
  EXPECT_THAT(MistakeIn("{tag: 'a.${host}'}"), HasSubstr("only ${facility} and ${severity}"));
  EXPECT_THAT(MistakeIn("{tag: a, listen: []}"), HasSubstr("\"listen\" is empty"));
  EXPECT_THAT(MistakeIn("{tag: a, listen: 'http://x:1'}"), HasSubstr("http"));
  EXPECT_THAT(MistakeIn("{tag: a, max_message_size: 100}"), HasSubstr("480 bytes to 64MiB"));
  EXPECT_THAT(MistakeIn("{tag: a, max_connections: 0}"), HasSubstr("\"max_connections\" is 0"));
  EXPECT_THAT(MistakeIn("{tag: a, receive_memory: 1KiB}"),
              HasSubstr("\"receive_memory\" is less than max_message_size"));
  EXPECT_THAT(MistakeIn("{tag: a, framing: lines}"), HasSubstr("auto, octet_counting, newline"));
  EXPECT_THAT(MistakeIn("{tag: a, protocol: rfc1}"), HasSubstr("auto, rfc3164, rfc5424"));
  EXPECT_THAT(MistakeIn("{tag: a, timezone: Nowhere}"), HasSubstr("Nowhere"));
  EXPECT_THAT(MistakeIn("{tag: a, tls: {certificate: c, key: k}}"), HasSubstr("tcp://"));
  EXPECT_THAT(MistakeIn("{tag: a, listen: 'tcp://0.0.0.0:1', tls: {}}"),
              testing::AllOf(HasSubstr("certificate"), HasSubstr("key")));
}

}  // namespace
}  // namespace andon
