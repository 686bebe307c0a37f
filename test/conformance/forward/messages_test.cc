// What a forward input must make of certain bytes: events, acknowledgements, and the state of the
// connection afterwards. Cases without events name bytes that peers treat differently: they must do
// no harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/msgpack_writer.h"
#include "core/plugin/input.h"
#include "test/conformance/case_file.h"
#include "test/conformance/forward/hex.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/json_text.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon {
namespace {

using testing::ElementsAre;

constexpr std::string_view kModes[] = {"message", "forward", "packed",    "compressed",
                                       "stream",  "json",    "malformed", "captured"};

bool Same(ValueView wanted, ValueView got);

bool SameMap(ValueView wanted, ValueView got) {
  if (!got.is_map() || got.size() != wanted.size()) return false;
  auto theirs = got.begin_map();
  for (auto it = wanted.begin_map(); !it.done(); it.Next(), theirs.Next()) {
    if (!Same(it.key(), theirs.key()) || !Same(it.value(), theirs.value())) return false;
  }
  return true;
}

bool SameArray(ValueView wanted, ValueView got) {
  if (got.type() != ValueType::kArray || got.size() != wanted.size()) return false;
  auto theirs = got.begin_array();
  for (auto it = wanted.begin_array(); !it.done(); it.Next(), theirs.Next()) {
    if (!Same(it.value(), theirs.value())) return false;
  }
  return true;
}

// Equal as values: a number is a number, and the case files write text that is not UTF-8 as bin.
bool Same(ValueView wanted, ValueView got) {
  if (wanted.AsText().has_value()) return got.AsText() == wanted.AsText();
  if (wanted.is_map()) return SameMap(wanted, got);
  if (wanted.type() == ValueType::kArray) return SameArray(wanted, got);
  return JsonFromValue(wanted) == JsonFromValue(got);
}

class Server {
 public:
  Server() : wire_(fixture_.world), network_(wire_, fixture_.loop, "server") {
    fixture_.network.Use(&network_);
    input_ = *MakePlugin<Input>("forward", "{}");
    EXPECT_THAT(input_->Prepare(fixture_.input()), IsOk());
    fixture_.emitter.AnswerAtOnce(true);
    input_->Start(fixture_.emitter);
  }
  std::unique_ptr<RawPeer> Connect() {
    return std::make_unique<RawPeer>(network_, Address{Address::Kind::kTcp, "server", 24224});
  }
  void Settle() { fixture_.world.RunUntilIdle(); }
  // Without what became error events.
  std::vector<TestEvent> TakeEvents() {
    std::vector<TestEvent> events;
    for (TestEvent& event : fixture_.emitter.events()) {
      if (!event.tag.starts_with("andon.error.")) events.push_back(std::move(event));
    }
    fixture_.emitter.Clear();
    return events;
  }
  bool Works(RawPeer& peer, bool json) {
    constexpr std::string_view kMessage = R"(["ok",1700000000,{"ok":1},{"chunk":"ok"}])";
    constexpr std::string_view kAck = R"({"ack":"ok"})";
    const ByteBuffer message = MsgpackFromJson(kMessage);
    const ByteBuffer ack = MsgpackFromJson(kAck);
    (void)TakeEvents();
    peer.TakeReceived();
    peer.Send(json ? kMessage : message.text());
    Settle();
    return peer.received() == (json ? kAck : ack.text()) && TakeEvents().size() == 1;
  }

  ContextFixture fixture_;
  FakeWire wire_;
  FakeNetwork network_;
  std::unique_ptr<Input> input_;
};

void ExpectEvents(const std::vector<TestEvent>& got, ValueView wanted, EventTime now) {
  ASSERT_EQ(got.size(), wanted.size());
  size_t i = 0;
  for (auto it = wanted.begin_array(); !it.done(); it.Next(), ++i) {
    const ValueView event = it.value();
    EXPECT_EQ(got[i].tag, event.Find("tag")->AsString());
    const ValueView time = *event.Find("time");
    if (time.Find("now").has_value()) {
      EXPECT_EQ(got[i].time, now);
    } else {
      EXPECT_EQ(got[i].time.seconds, time.Find("sec")->AsUint());
      EXPECT_EQ(got[i].time.nanoseconds, time.Find("nsec")->AsUint());
    }
    const ByteBuffer record = MsgpackFromJson(got[i].record);
    EXPECT_TRUE(Same(*event.Find("record"), ValueView(record.bytes())))
        << "wanted " << JsonFromValue(*event.Find("record")) << "\ngot " << got[i].record;
  }
}

void ExpectReply(const Case& one, ValueView expect, const std::string& got) {
  const auto reply = Case::TextIn(expect, "reply_hex");
  const auto other = Case::TextIn(expect, "reply_hex_alt");
  const bool json = one.Text("mode") == "json";
  std::string wanted = reply.has_value() ? FromHex(*reply) : "";
  if (json && Case::FindIn(expect, "ack").has_value()) {
    wanted = R"({"ack":")" + *Case::TextIn(expect, "ack") + "\"}";
  }
  if (other.has_value() && got == FromHex(*other)) return;
  EXPECT_EQ(got, wanted);
}

void RunCase(const Case& one, size_t step) {
  SCOPED_TRACE(one.id() + ": " + one.Text("why").value_or(""));
  const ValueView expect = *one.Find("expect");
  const std::string bytes = FromHex(*one.Text("bytes_hex"));
  Server server;
  auto client = server.Connect();
  for (size_t at = 0; at < bytes.size(); at += step) {
    client->Send(std::string_view(bytes).substr(at, step));
    server.Settle();
  }
  if (one.Text("then") == "close") client->ShutdownWrite();
  server.Settle();
  if (const auto events = Case::FindIn(expect, "events"); events.has_value()) {
    ExpectEvents(server.TakeEvents(), *events, server.fixture_.world.wall_now());
    ExpectReply(one, expect, client->received());
  }
  if (Case::TextIn(expect, "connection") == "open") {
    const bool json = bytes.starts_with('[');
    EXPECT_TRUE(server.Works(*client, json)) << "the connection must stay usable";
  }
  auto next = server.Connect();
  EXPECT_TRUE(server.Works(*next, false)) << "the next connection must work";
}

class MessagesTest : public testing::TestWithParam<std::string_view> {};

TEST_P(MessagesTest, BytesBecomeTheEventsAndRepliesOfTheCases) {
  int run = 0;
  for (const Case& one : ReadCases(ANDON_CASES "/cases.jsonl")) {
    if (one.Text("mode") != GetParam()) continue;
    ++run;
    RunCase(one, std::string::npos / 2);
    // In small pieces too, as far as that takes no time.
    if (one.Text("bytes_hex")->size() < 20000) RunCase(one, 1);
    RunCase(one, 1000);
  }
  EXPECT_GT(run, 0);
}

INSTANTIATE_TEST_SUITE_P(All, MessagesTest, testing::ValuesIn(kModes),
                         [](const auto& with) { return std::string(with.param); });

TEST(HeartbeatsTest, AreAnswered) {
  int run = 0;
  for (const Case& one : ReadCases(ANDON_CASES "/cases.jsonl")) {
    if (one.Text("mode") != "heartbeat") continue;
    SCOPED_TRACE(one.id());
    ++run;
    Server server;
    std::vector<std::string> answers;
    DatagramOptions options;
    options.address = {Address::Kind::kUdp, "server", 0};
    auto socket = server.network_.Bind(options, [&](std::span<const Datagram> datagrams) {
      for (const Datagram& datagram : datagrams) answers.emplace_back(AsText(datagram.bytes));
    });
    ASSERT_THAT(socket, IsOk());
    const std::string beat = FromHex(*one.Text("udp_hex"));
    const Address to{Address::Kind::kUdp, server.wire_.IpOf("server"), 24224};
    ASSERT_THAT((*socket)->SendTo(AsBytes(beat), to), IsOk());
    server.Settle();
    EXPECT_THAT(answers, ElementsAre(FromHex(*Case::TextIn(*one.Find("expect"), "udp_reply_hex"))));
  }
  EXPECT_EQ(run, 2);
}

}  // namespace
}  // namespace andon
