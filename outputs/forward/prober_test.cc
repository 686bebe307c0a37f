#include "outputs/forward/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/forward/handshake.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon::forward {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ForwardProberTest : public testing::Test {
 protected:
  ForwardProberTest()
      : fixture({.kind = "output"}), wire(fixture.world), network(wire, fixture.loop, "h") {
    fixture.network.Use(&network);
  }

  // What is found within `duration`; `talk` is what servers say once they are connected to.
  std::vector<std::string> Probe(
      const std::string& options, Duration duration = 1s,
      const std::function<void()>& talk = [] {}) {
    auto made = MakePlugin<Output>("forward", "{" + options + "}");
    EXPECT_THAT(made, IsOk());
    const std::unique_ptr<Output> output = *std::move(made);
    std::vector<std::string> lines;
    output->Probe(fixture.output(), [&lines](const std::vector<ProbeFinding>& findings) {
      for (const ProbeFinding& one : findings) {
        const std::string said(one.status.ok() ? "good" : one.status.message());
        lines.push_back(one.what + ": " + said);
      }
    });
    fixture.world.RunUntilIdle();
    talk();
    fixture.world.Advance(duration);
    return lines;
  }
  // What a server says that wants to know the key, and its answer to who said it.
  void ShakeHands(RawServer& server, const Pong& answer) {
    ByteBuffer helo;
    AppendHelo({.nonce = "x"}, helo);
    server.last().Send(helo.bytes());
    fixture.world.RunUntilIdle();
    ByteBuffer pong;
    AppendPong(answer, pong);
    server.last().Send(pong.bytes());
  }
  static Address At(uint16_t port) { return {Address::Kind::kTcp, "h", port}; }

  ContextFixture fixture;
  FakeWire wire;
  FakeNetwork network;
};

TEST_F(ForwardProberTest, SaysWhichServersCanBeReached) {
  RawServer server(network, At(1));
  EXPECT_THAT(Probe("servers: [{address: 'h:1'}, {address: 'h:2'}]"),
              ElementsAre("tcp://h:1: connection: good", StartsWith("tcp://h:2: connection: ")));
  EXPECT_EQ(server.last().received(), "");
}

TEST_F(ForwardProberTest, AServerThatAsksForAHandshakeWantsAKey) {
  RawServer server(network, At(1));
  const auto talk = [&server] {
    ByteBuffer helo;
    AppendHelo({.nonce = "x"}, helo);
    server.last().Send(helo.bytes());
  };
  EXPECT_THAT(Probe("servers: [{address: 'h:1'}]", 1s, talk),
              ElementsAre(HasSubstr("set shared_key")));
}

TEST_F(ForwardProberTest, AServerMayRefuseTheKey) {
  RawServer server(network, At(1));
  const auto talk = [this, &server] {
    ShakeHands(server, {.accepted = false, .reason = "shared_key mismatch"});
  };
  EXPECT_THAT(Probe("servers: [{address: 'h:1'}], shared_key: wrong", 1s, talk),
              ElementsAre(testing::AllOf(StartsWith("tcp://h:1: connection and shared key: "),
                                         HasSubstr("shared_key mismatch"))));
}

TEST_F(ForwardProberTest, AServerMayHaveOurName) {
  fixture.output().hostname = "me";
  RawServer server(network, At(1));
  const auto talk = [this, &server] { ShakeHands(server, {.accepted = true, .hostname = "me"}); };
  EXPECT_THAT(Probe("servers: [{address: 'h:1'}], shared_key: k", 1s, talk),
              ElementsAre(HasSubstr("the server has our self_hostname")));
}

TEST_F(ForwardProberTest, AServerThatKnowsNoKeysIsNamedInTime) {
  RawServer server(network, At(1));
  EXPECT_THAT(Probe("servers: [{address: 'h:1'}], shared_key: k, connect_timeout: 2s", 3s),
              ElementsAre(HasSubstr("does it have a shared_key?")));
}

}  // namespace
}  // namespace andon::forward
