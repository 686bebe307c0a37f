// 24 TCP streams with the messages that must come out of them: of the framer alone, and of the
// whole input over a network, in pieces as the case wants it and byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/plugin/error_event.h"
#include "core/plugin/input.h"
#include "inputs/syslog/syslog_framer.h"
#include "test/conformance/case_file.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/stream_peer.h"

namespace andon {
namespace {

using syslog::Framing;
using syslog::Oversize;
using syslog::SyslogFramer;

std::string FramingName(const Case& c) {
  const std::string name = *c.Text("framing");
  return name == "octet" ? "octet_counting" : name;
}

Framing FramingOf(const Case& c) {
  const std::string name = FramingName(c);
  return name == "auto"      ? Framing::kAuto
         : name == "newline" ? Framing::kNewline
                             : Framing::kOctetCounting;
}

std::string StreamOf(const Case& c) {
  const auto text = c.Text("stream");
  return text.has_value() ? *text : Case::Base64(*Case::TextIn(*c.Find("stream"), "b64"));
}

std::vector<std::string> ExpectedOf(const Case& c) {
  std::vector<std::string> messages;
  for (auto it = c.Find("expect_messages")->begin_array(); !it.done(); it.Next()) {
    messages.emplace_back(*it.value().AsString());
  }
  return messages;
}

// The stream in the pieces of the case, or all of one size.
std::vector<std::string> PiecesOf(const Case& c, size_t size) {
  const std::string stream = StreamOf(c);
  std::vector<size_t> cuts;
  if (const auto at = c.Find("split_at"); at.has_value() && size == 0) {
    for (auto it = at->begin_array(); !it.done(); it.Next()) cuts.push_back(*it.value().AsUint());
  }
  for (size_t cut = size; size > 0 && cut < stream.size(); cut += size) cuts.push_back(cut);
  cuts.push_back(stream.size());
  std::vector<std::string> pieces;
  size_t begin = 0;
  for (const size_t cut : cuts) {
    pieces.push_back(stream.substr(begin, cut - begin));
    begin = cut;
  }
  return pieces;
}

bool IsBroken(SyslogFramer::Kind kind) {
  return kind == SyslogFramer::Kind::kBroken || kind == SyslogFramer::Kind::kIncomplete;
}

std::vector<std::string> Framed(const Case& c, size_t piece_size) {
  SyslogFramer framer(FramingOf(c), 65536, Oversize::kCut);
  std::vector<std::string> messages;
  std::string kept;
  for (const std::string& piece : PiecesOf(c, piece_size)) {
    kept += piece;
    std::string_view rest = kept;
    for (;;) {
      const SyslogFramer::Frame frame = framer.Next(rest);
      if (IsBroken(frame.kind)) return messages;
      if (frame.kind == SyslogFramer::Kind::kMore) break;
      messages.emplace_back(frame.text);
    }
    kept = std::string(rest);
  }
  const SyslogFramer::Frame last = framer.Last(kept);
  if (last.kind == SyslogFramer::Kind::kMessage) messages.emplace_back(last.text);
  return messages;
}

void ExpectMessages(const Case& c, const std::vector<std::string>& messages) {
  if (c.Find("contains_only").has_value()) {
    EXPECT_THAT(messages, testing::IsSupersetOf(ExpectedOf(c)));
  } else {
    EXPECT_EQ(messages, ExpectedOf(c));
  }
}

TEST(SyslogFramingTest, MessagesComeOutAsTheyWentIn) {
  size_t count = 0;
  for (const Case& c : ReadCases(ANDON_CASES "/framing.jsonl")) {
    SCOPED_TRACE(c.id() + " " + c.Text("why").value_or(""));
    ++count;
    const bool by_byte = c.Find("split").has_value();
    ExpectMessages(c, Framed(c, by_byte ? 1 : 0));
  }
  EXPECT_EQ(count, 24u);
}

// A NUL ends a message when nothing has come behind it yet, so this one may come in other parts.
TEST(SyslogFramingTest, PiecesOfAnySizeMakeNoDifference) {
  for (const Case& c : ReadCases(ANDON_CASES "/framing.jsonl")) {
    SCOPED_TRACE(c.id());
    const std::string stream = StreamOf(c);
    if (stream.size() > 1000) continue;
    const auto whole = Framed(c, 0);
    for (size_t size = 1; size <= stream.size(); ++size) {
      ASSERT_EQ(Framed(c, size), whole) << "pieces of " << size;
    }
  }
}

// The records that the parser makes of the wanted messages.
std::vector<std::string> WantedRecords(const Case& c) {
  auto parser = MakePlugin<Parser>("syslog", "{timezone: UTC}");
  std::vector<std::string> records;
  for (const std::string& message : ExpectedOf(c)) {
    records.push_back(RunParser(**parser, message).record);
  }
  return records;
}

TEST(SyslogFramingTest, TheInputEmitsTheMessagesOfAStreamAndKeepsTheRestAsErrors) {
  for (const Case& c : ReadCases(ANDON_CASES "/framing.jsonl")) {
    SCOPED_TRACE(c.id() + " " + c.Text("why").value_or(""));
    ContextFixture fixture;
    FakeWire wire(fixture.world);
    FakeNetwork network(wire, fixture.loop, "server");
    FakeLoop client_loop(fixture.world);
    FakeNetwork client_network(wire, client_loop, "client");
    fixture.network.Use(&network);
    auto input = MakePlugin<Input>("syslog",
                                   "{listen: 'tcp://0.0.0.0:5140', tag: s, timezone: UTC, "
                                   "framing: " +
                                       FramingName(c) + "}");
    ASSERT_TRUE(input.ok()) << input.status().message();
    ASSERT_TRUE((*input)->Prepare(fixture.input()).ok());
    (*input)->Start(fixture.emitter);
    StreamPeer client;
    ConnectOptions options;
    options.address = {Address::Kind::kTcp, "server", 5140};
    auto connecting = client_network.Connect(
        options, [&](Result<std::unique_ptr<Stream>> stream) { client.Use(*std::move(stream)); });
    fixture.world.RunUntilIdle();
    for (const std::string& piece : PiecesOf(c, c.Find("split").has_value() ? 1 : 0)) {
      client.Send(piece);
      fixture.world.RunUntilIdle();
    }
    client.Close();
    fixture.world.RunUntilIdle();
    std::vector<std::string> records;
    for (const TestEvent& event : fixture.emitter.events()) {
      if (!IsErrorTag(event.tag)) records.push_back(event.record);
    }
    if (c.Find("contains_only").has_value()) {
      EXPECT_THAT(records, testing::IsSupersetOf(WantedRecords(c)));
    } else {
      EXPECT_EQ(records, WantedRecords(c));
    }
    EXPECT_EQ(fixture.ledger.received(), fixture.emitter.count());
  }
}

}  // namespace
}  // namespace andon
