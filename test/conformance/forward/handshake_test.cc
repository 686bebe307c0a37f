// The handshake from both sides, with nonces and salts fixed to those of the cases, and what a
// sender must conclude from the bytes of an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event/msgpack_walk.h"
#include "core/forward/authenticator.h"
#include "core/forward/client_handshake.h"
#include "outputs/forward/server_link.h"
#include "test/conformance/case_file.h"
#include "test/conformance/forward/hex.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon::forward {
namespace {

std::vector<Case> CasesOf(const std::string& mode, const std::string& kind) {
  std::vector<Case> cases;
  for (Case& one : ReadCases(ANDON_CASES "/cases.jsonl")) {
    if (one.Text("mode") != mode || one.Text("kind").value_or("") != kind) continue;
    cases.push_back(std::move(one));
  }
  EXPECT_FALSE(cases.empty());
  return cases;
}

Security SecurityOf(ValueView server) {
  Security security;
  security.enabled = true;
  security.self_hostname = *Case::TextIn(server, "self_hostname");
  security.shared_key = *Case::TextIn(server, "shared_key");
  if (const auto users = Case::FindIn(server, "users"); users.has_value()) {
    for (auto it = users->begin_array(); !it.done(); it.Next()) {
      auto user = it.value().begin_array();
      const std::string name(*user.value().AsString());
      user.Next();
      security.users.push_back({name, std::string(*user.value().AsString())});
    }
  }
  if (const auto key = Case::TextIn(server, "client_shared_key"); key.has_value()) {
    Security::Client client{"0.0.0.0/0", *AddressRange::Parse("0.0.0.0/0"), *key, {}};
    for (auto it = server.Find("client_users")->begin_array(); !it.done(); it.Next()) {
      client.users.emplace_back(*it.value().AsString());
    }
    security.clients.push_back(client);
  }
  return security;
}

TEST(ServerHandshakeTest, AcceptsAndRefusesPingsAsTheCasesSay) {
  for (const Case& one : CasesOf("handshake", "server")) {
    SCOPED_TRACE(one.id() + ": " + one.Text("why").value_or(""));
    const Security security = SecurityOf(*one.Find("server"));
    const Authenticator authenticator(security);
    Helo helo;
    helo.nonce = FromHex(*one.Text("helo_nonce_hex"));
    helo.auth_salt = FromHex(*one.Text("helo_auth_hex"));
    const std::string ping = FromHex(*one.Text("ping_hex"));
    ASSERT_EQ(WalkValue(AsBytes(ping)).bytes, ping.size());
    const auto verdict = authenticator.Check(helo, ReadPing(ValueView(AsBytes(ping))), "1.2.3.4:5");

    const ValueView expect = *one.Find("expect");
    EXPECT_EQ(verdict.pong.accepted, expect.Find("accepted")->AsBool());
    if (const auto wanted = Case::TextIn(expect, "pong_hex"); wanted.has_value()) {
      ByteBuffer pong;
      AppendPong(verdict.pong, pong);
      EXPECT_EQ(pong.text(), FromHex(*wanted));
    }
    const auto reason = Case::TextIn(expect, "pong_reason");
    if (reason.has_value() && !reason->starts_with("(any")) {
      EXPECT_TRUE(reason->starts_with(verdict.pong.reason)) << verdict.pong.reason;
      EXPECT_NE(verdict.pong.reason, "");
    }
  }
}

// The bytes of the next whole value of the server; empty when it does not end.
std::optional<std::string> Whole(const Case& one, const char* key) {
  const auto hex = one.Text(key);
  if (!hex.has_value()) return std::nullopt;
  std::string bytes = FromHex(*hex);
  if (WalkValue(AsBytes(bytes)).outcome != WalkOutcome::kOk) return std::nullopt;
  return bytes;
}

TEST(ClientHandshakeTest, AnswersHeloAndJudgesPongAsTheCasesSay) {
  for (const Case& one : CasesOf("handshake", "client")) {
    SCOPED_TRACE(one.id() + ": " + one.Text("why").value_or(""));
    const ValueView client = *one.Find("client");
    const ValueView expect = *one.Find("expect");
    Credentials credentials;
    credentials.self_hostname = *Case::TextIn(client, "self_hostname");
    credentials.shared_key = *Case::TextIn(client, "shared_key");
    credentials.username = Case::TextIn(client, "username").value_or("");
    credentials.password = Case::TextIn(client, "password").value_or("");
    ClientHandshake handshake(credentials, *Case::TextIn(client, "shared_key_salt"));

    ByteBuffer out;
    Status status;
    if (const auto helo = Whole(one, "helo_hex"); helo.has_value()) {
      status = handshake.Receive(ValueView(AsBytes(*helo)), out);
    }
    if (const auto ping = Case::TextIn(expect, "ping_hex"); ping.has_value()) {
      EXPECT_EQ(out.text(), FromHex(*ping));
    }
    if (const auto pong = Whole(one, "pong_hex"); status.ok() && pong.has_value()) {
      status = handshake.Receive(ValueView(AsBytes(*pong)), out);
    }
    EXPECT_EQ(handshake.established(), expect.Find("established")->AsBool());
    EXPECT_TRUE(!status.ok() || handshake.established() || !Whole(one, "helo_hex").has_value());
  }
}

struct Recorder : ServerLink::Owner {
  void OnReady(ServerLink&) override {}
  void OnDelivered(ServerLink&, std::unique_ptr<OutMessage> message) override {
    delivered.push_back(message->id);
  }
  void OnOnceKnown(ServerLink&) override {}
  void OnLost(ServerLink&, const Status&,
              std::vector<std::unique_ptr<OutMessage>> unfinished) override {
    lost += unfinished.size();
  }
  std::vector<std::string> delivered;
  size_t lost = 0;
};

std::unique_ptr<OutMessage> MessageWithId(const std::string& id) {
  auto message = std::make_unique<OutMessage>();
  message->id = id;
  message->head.Append("bytes");
  message->size = message->head.size();
  return message;
}

void RunAck(const Case& one, size_t step) {
  SCOPED_TRACE(one.id() + ": " + one.Text("why").value_or(""));
  ContextFixture fixture({.kind = "output"});
  FakeWire wire(fixture.world);
  FakeNetwork network(wire, fixture.loop, "here");
  const Address address{Address::Kind::kTcp, "here", 24224};
  RawServer server(network, address);
  ServerConfig config;
  config.name = "server";
  config.address = address;
  ForwardOutputConfig options;
  Recorder recorder;
  ServerLink link(config, options,
                  {"out", fixture.loop, network, fixture.world.random(), recorder});
  link.Connect();
  link.Send(MessageWithId(*one.Text("chunk")));
  fixture.world.RunUntilIdle();
  ASSERT_EQ(server.connections(), 1u);

  const std::string reply = FromHex(*one.Text("reply_hex"));
  for (size_t at = 0; at < reply.size(); at += step) {
    server.last().Send(std::string_view(reply).substr(at, step));
    fixture.world.RunUntilIdle();
  }
  if (one.Text("expect") == "acknowledged") {
    EXPECT_THAT(recorder.delivered, testing::ElementsAre(*one.Text("chunk")));
    return;
  }
  EXPECT_THAT(recorder.delivered, testing::IsEmpty());
  server.last().Close();
  fixture.world.RunUntilIdle();
  EXPECT_EQ(recorder.lost, 1u);
}

TEST(AckTest, ASenderConcludesWhatTheCasesSay) {
  for (const Case& one : CasesOf("ack", "")) {
    RunAck(one, std::string::npos / 2);
    RunAck(one, 1);
  }
}

}  // namespace
}  // namespace andon::forward
