// A syslog input on a fake network, and senders.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/stream_peer.h"

namespace andon {

inline constexpr const char* kRecord =
    R"({"facility":"auth","severity":"crit","host":"h","ident":"app","message":"%"})";

inline std::string Line(const std::string& text) { return "<34>Oct 11 22:14:15 h app: " + text; }

inline std::string Counted(const std::string& text) {
  return std::to_string(Line(text).size()) + " " + Line(text);
}

inline std::string Record(const std::string& text) {
  std::string record = kRecord;
  return record.replace(record.find('%'), 1, text);
}

class SyslogInputFixture : public testing::Test {
 protected:
  explicit SyslogInputFixture(const ContextOptions& options = {.id = "sys"}) : fixture(options) {
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

}  // namespace andon
