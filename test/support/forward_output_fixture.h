// A forward output on a fake network, and servers that read its messages and answer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/event/msgpack_walk.h"
#include "core/event/msgpack_writer.h"
#include "core/forward/ack.h"
#include "core/forward/compression.h"
#include "core/forward/message_option.h"
#include "core/plugin/output.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon {

// A message as a server reads it.
struct Received {
  std::string tag;
  std::string entries;
  std::string chunk;
  forward::Compression compression = forward::Compression::kNone;
  std::vector<Range> runs;
  Sequence settled = 0;
  std::vector<andon::Run> origin;
  std::vector<LaneId> closed;
  uint64_t size = 0;
};

inline std::vector<Received> ReadMessages(const std::string& bytes) {
  std::vector<Received> messages;
  for (Bytes rest = AsBytes(bytes); !rest.empty();) {
    const WalkResult walk = WalkValue(rest);
    if (walk.outcome != WalkOutcome::kOk) break;
    const ValueView value(rest.first(walk.bytes));
    rest = rest.subspan(walk.bytes);
    EXPECT_EQ(value.size(), 3u);
    auto at = value.begin_array();
    Received message;
    message.tag = *at.value().AsString();
    at.Next();
    message.entries = *at.value().AsBinary();
    at.Next();
    const auto option = forward::ReadMessageOption(at.value());
    EXPECT_EQ(option.error, nullptr);
    if (option.wants_ack()) message.chunk = *option.chunk.AsString();
    message.compression = option.compression;
    message.size = *at.value().Find("size")->AsUint();
    EXPECT_TRUE(option.hop.has_value());
    EXPECT_EQ(option.hop->output, "part");
    message.runs = option.hop->runs;
    message.settled = option.hop->settled;
    message.origin = option.hop->origin;
    message.closed = option.hop->closed;
    messages.push_back(message);
  }
  return messages;
}

enum class Peer { kAndon, kOther };

inline std::string AckFor(const std::string& chunk, Peer peer) {
  ByteBuffer id;
  MsgpackWriter(id).String(chunk);
  ByteBuffer out;
  std::optional<forward::Capability> capability;
  if (peer == Peer::kAndon) capability = forward::Capability{true, true};
  forward::AppendAck(ValueView(id.bytes()), capability, out);
  return std::string(out.text());
}

inline std::vector<TestEvent> Events(int first, int count, const std::string& tag = "t") {
  std::vector<TestEvent> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(EventFromJson(tag, "{\"n\": " + std::to_string(first + i) + "}"));
  }
  return events;
}

class ForwardOutputFixture : public testing::Test {
 protected:
  ForwardOutputFixture()
      : fixture_({.kind = "output"}), wire_(fixture_.world), network_(wire_, fixture_.loop, "h") {
    fixture_.network.Use(&network_);
  }
  ~ForwardOutputFixture() override { output_.reset(); }

  static Address At(uint16_t port) { return {Address::Kind::kTcp, "h", port}; }
  void Make(const std::string& yaml) {
    output_.reset();
    auto output = MakePlugin<Output>("forward", yaml);
    ASSERT_THAT(output, IsOk());
    output_ = *std::move(output);
    ASSERT_THAT(output_->Prepare(fixture_.output()), IsOk());
    output_->Start();
  }
  void MakeOne(const std::string& more = "") {
    Make("{servers: [{address: \"h:1\"}]" + (more.empty() ? "" : ", " + more) + "}");
  }
  // Two servers of which the first is preferred.
  void MakeTwo(const std::string& more = "") {
    Make("{servers: [{address: \"h:1\"}, {address: \"h:2\", standby: true}]" +
         (more.empty() ? "" : ", " + more) + "}");
  }
  void Write(const std::vector<TestEvent>& events, Sequence first, Sequence settled = 0) {
    WriteChunk(MakeChunk(events, {.first = first, .settled = settled}));
  }
  void WriteChunk(Chunk chunk) {
    output_->Write(std::move(chunk),
                   [this](WriteResult result) { results_.push_back(std::move(result)); });
  }
  void Settle() { fixture_.world.RunUntilIdle(); }
  // Acknowledges everything that the server's last connection got.
  std::vector<Received> Acknowledge(RawServer& server, Peer peer = Peer::kAndon) {
    auto messages = ReadMessages(server.last().TakeReceived());
    for (const Received& message : messages) {
      if (!message.chunk.empty()) server.last().Send(AckFor(message.chunk, peer));
    }
    Settle();
    return messages;
  }
  double Doubled() {
    return static_cast<double>(fixture_.metrics
                                   .GetCounter("andon_forward_possibly_doubled_events_total",
                                               {{"kind", "output"}, {"id", "part"}}, "")
                                   .value());
  }
  double Once(const std::string& server) {
    return fixture_.metrics
        .GetGauge("andon_forward_peer_once",
                  {{"kind", "output"}, {"id", "part"}, {"server", server}}, "")
        .value();
  }

  ContextFixture fixture_;
  FakeWire wire_;
  FakeNetwork network_;
  std::unique_ptr<Output> output_;
  std::vector<WriteResult> results_;
};

}  // namespace andon
