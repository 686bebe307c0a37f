// The input as the pipeline drives it, on a network in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/stream_peer.h"

namespace andon {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kRecord =
    R"({"facility":"auth","severity":"crit","host":"h","ident":"app","message":"%"})";

std::string Line(const std::string& text) { return "<34>Oct 11 22:14:15 h app: " + text; }
std::string Counted(const std::string& text) {
  return std::to_string(Line(text).size()) + " " + Line(text);
}
std::string Record(const std::string& text) {
  std::string record = kRecord;
  return record.replace(record.find('%'), 1, text);
}

class SyslogInputTest : public testing::Test {
 protected:
  explicit SyslogInputTest(const ContextOptions& options = {.id = "sys"}) : fixture(options) {
    fixture.network.Use(&network);
  }

  void Start(const std::string& options,
             const std::string& listen = "['tcp://0.0.0.0:5140', 'udp://0.0.0.0:5140']") {
    auto made = MakePlugin<Input>("syslog", "{listen: " + listen + ", timezone: UTC" +
                                                (options.empty() ? "" : ", ") + options + "}");
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(fixture.input()), IsOk());
    input->Start(fixture.emitter);
    socket = *client_network.Bind({.address = {Address::Kind::kUdp, "client", 1000}},
                                  [](std::span<const Datagram>) {});
  }

  StreamPeer& Connect() {
    StreamPeer& peer = peers.emplace_back();
    ConnectOptions options;
    options.address = {Address::Kind::kTcp, "server", 5140};
    connecting.push_back(
        client_network.Connect(options, [&peer](Result<std::unique_ptr<Stream>> stream) {
          if (stream.ok()) peer.Use(*std::move(stream));
        }));
    fixture.world.RunUntilIdle();
    return peer;
  }
  void Send(StreamPeer& peer, const std::string& text) {
    peer.Send(text);
    fixture.world.RunUntilIdle();
  }
  void SendDatagram(const std::string& text) {
    (void)socket->SendTo(AsBytes(text), {Address::Kind::kUdp, "server", 5140});
  }
  uint64_t Dropped(const std::string& cause) {
    return fixture.metrics.Sum("andon_events_dropped_total", {{"cause", cause}});
  }
  uint64_t Counted(const std::string& name) { return fixture.metrics.Sum(name); }

  ContextFixture fixture;
  FakeWire wire{fixture.world};
  FakeNetwork network{wire, fixture.loop, "server"};
  FakeLoop client_loop{fixture.world};
  FakeNetwork client_network{wire, client_loop, "client"};
  std::deque<StreamPeer> peers;
  std::vector<std::unique_ptr<Connecting>> connecting;
  std::unique_ptr<Input> input;
  std::unique_ptr<DatagramSocket> socket;
};

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

TEST_F(SyslogInputTest, SilentConnectionsAreClosedAfterTheirTime) {
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

TEST_F(SyslogInputTest, NobodyIsClosedForSilenceByDefault) {
  Start("tag: s");
  StreamPeer& silent = Connect();
  fixture.world.Advance(std::chrono::hours(100));
  EXPECT_FALSE(silent.ended);
  EXPECT_EQ(fixture.loop.timers(), 0u);
}

TEST_F(SyslogInputTest, WhenMemoryIsUsedUpOnlyTheOldestMessageIsReadOn) {
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

TEST_F(SyslogInputTest, WhenMemoryIsUsedUpWholeMessagesStillGetThrough) {
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

TEST_F(SyslogInputTest, WhoHoldsAllMemoryAndSendsNothingIsCutOff) {
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

TEST_F(SyslogInputTest, SingleBytesAreNoProgressWhileOthersWait) {
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
