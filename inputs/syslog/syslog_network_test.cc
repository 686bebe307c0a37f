// The input on the machine's own network: every transport, with real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/plugin/input.h"
#include "test/support/collecting_emitter.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/net_fixture.h"
#include "test/support/test_authority.h"

namespace andon {
namespace {

constexpr const char* kLine = "<34>1 2026-11-21T13:12:19Z h app - - - ";

// Tells which port the system gave: the plugin does not.
class SpyNetwork : public Network {
 public:
  explicit SpyNetwork(Network& target) : target_(target) {}
  Result<std::unique_ptr<Listener>> Listen(
      const ListenOptions& options,
      UniqueFunction<void(std::unique_ptr<Stream>)> accepted) override {
    auto made = target_.Listen(options, std::move(accepted));
    if (made.ok()) bound.push_back((*made)->address());
    return made;
  }
  std::unique_ptr<Connecting> Connect(
      const ConnectOptions& options,
      UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) override {
    return target_.Connect(options, std::move(done));
  }
  Result<std::unique_ptr<DatagramSocket>> Bind(
      const DatagramOptions& options,
      UniqueFunction<void(std::span<const Datagram>)> received) override {
    auto made = target_.Bind(options, std::move(received));
    if (made.ok()) bound.push_back((*made)->address());
    return made;
  }
  std::vector<Address> bound;

 private:
  Network& target_;
};

class SyslogNetworkTest : public NetFixture {
 protected:
  void Start(const std::string& options) {
    auto made = MakePlugin<Input>("syslog", "{tag: s, " + options + "}");
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(context), IsOk());
    input->Start(emitter);
  }
  bool Arrived(size_t count) {
    return RunUntil([this, count] { return emitter.count() >= count; });
  }

  SpyNetwork spy{*network};
  MetricRegistry metrics;
  MetricScope scope{metrics, {}};
  PartLedger ledger{scope};
  MemoryPositions positions;
  InputContext context{
      {"sys", "host", "", *loop, spy, RealFileSystem(), SystemRandom(), scope, ledger},
      0,
      1,
      positions};
  CollectingEmitter emitter;
  std::unique_ptr<Input> input;
};

TEST_F(SyslogNetworkTest, TakesDatagramsOverUdpAndUnixSockets) {
  Start("listen: ['udp://127.0.0.1:0', 'unixgram://" + folder + "/log']");
  for (const Address& to : spy.bound) {
    DatagramOptions options;
    options.address = to;
    options.address.port = 0;
    if (to.kind == Address::Kind::kUnixDatagram) options.address.host = folder + "/client";
    auto sender = network->Bind(options, [](std::span<const Datagram>) {});
    ASSERT_THAT(sender, IsOk());
    ASSERT_THAT((*sender)->SendTo(AsBytes(kLine + to.ToString()), to), IsOk());
  }
  ASSERT_TRUE(Arrived(2));
  for (const Address& to : spy.bound) {
    EXPECT_THAT(emitter.records(), testing::Contains(testing::HasSubstr(to.ToString())));
  }
}

TEST_F(SyslogNetworkTest, TakesStreamsOverTcpAndUnixSockets) {
  Start("listen: ['tcp://127.0.0.1:0', 'unix://" + folder + "/log']");
  for (const Address& to : spy.bound) {
    address = to;
    Connect();
    client.Send(std::string(kLine) + to.ToString() + "\n");
    ASSERT_TRUE(RunUntil([this] { return client.connected() && client.to_send.empty(); }));
  }
  ASSERT_TRUE(Arrived(2));
}

TEST_F(SyslogNetworkTest, TakesStreamsOverTlsFromWhomTheAuthorityKnows) {
  const TestAuthority authority(folder, "ca");
  const CertificateFiles ours = authority.Issue("server", "DNS:localhost,IP:127.0.0.1");
  const CertificateFiles theirs = authority.Issue("sender", "");
  Start("listen: 'tcp://127.0.0.1:0', tls: {certificate: '" + ours.certificate + "', key: '" +
        ours.key + "', ca: '" + authority.ca_file() + "', client_certificate: true}");
  address = spy.bound[0];
  ConnectOptions options;
  options.tls.enabled = true;
  options.tls.ca = authority.ca_file();
  options.tls.certificate = theirs.certificate;
  options.tls.key = theirs.key;
  Connect(options);
  client.Send(std::string(kLine) + "secret\n");
  ASSERT_TRUE(Arrived(1));
  EXPECT_THAT(emitter.records()[0], testing::HasSubstr("secret"));
}

TEST_F(SyslogNetworkTest, AManyTimesLargerStreamThanAReadArrivesInOrder) {
  Start("listen: 'tcp://127.0.0.1:0'");
  address = spy.bound[0];
  Connect();
  std::string stream;
  for (int i = 0; i < 50'000; ++i) {
    const std::string line = kLine + std::to_string(i);
    stream += i % 2 == 0 ? line + "\n" : std::to_string(line.size()) + " " + line;
  }
  client.Send(stream);
  ASSERT_TRUE(Arrived(50'000));
  const auto records = emitter.records();
  for (size_t i = 0; i < records.size(); ++i) {
    ASSERT_THAT(records[i], testing::HasSubstr("\"message\":\"" + std::to_string(i) + "\""));
  }
}

TEST_F(SyslogNetworkTest, AnAddressThatIsTakenIsAnErrorThatNamesIt) {
  Start("listen: 'tcp://127.0.0.1:0'");
  auto made = MakePlugin<Input>("syslog", "{tag: s, listen: '" + spy.bound[0].ToString() + "'}");
  ASSERT_THAT(made, IsOk());
  auto other = MakeRealNetwork(*loop, nullptr);
  SpyNetwork other_spy(*other);
  InputContext other_context{
      {"sys2", "host", "", *loop, other_spy, RealFileSystem(), SystemRandom(), scope, ledger},
      0,
      1,
      positions};
  EXPECT_THAT((*made)->Prepare(other_context),
              StatusIs(StatusCode::kUnavailable, testing::HasSubstr(spy.bound[0].ToString())));
}

}  // namespace
}  // namespace andon
