#include "core/net/real_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <filesystem>
#include <set>

#include "core/net/socket_address.h"
#include "core/net/unique_fd.h"
#include "test/support/net_fixture.h"

namespace andon {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct RealNetworkTest : NetFixture {
  // Text that repeats late, so that a lost or doubled piece is seen.
  static std::string Numbers(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += std::to_string(i) + "\n";
    return text;
  }
  std::string ConnectError() {
    EXPECT_TRUE(RunUntil([&] { return connect_done; }));
    return std::string(connect_status.message());
  }
};

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TEST_F(RealNetworkTest, BothEndsWriteMuchAndReadAllOfIt) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  const std::string up = Numbers(400'000);
  const std::string down = Numbers(300'000);
  client.read_bytes = server.read_bytes = 1 << 16;
  client.Send(up);
  server.Send(down);
  ASSERT_TRUE(
      RunUntil([&] { return server.got.size() == up.size() && client.got.size() == down.size(); }));
  EXPECT_TRUE(server.got == up);
  EXPECT_TRUE(client.got == down);
}

int Option(const Stream& stream, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(stream.fd(), level, name, &value, &size), 0);
  return value;
}

TEST_F(RealNetworkTest, BothEndsSendAtOnceAndNoticeADeadPeer) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  ASSERT_TRUE(RunUntil([&] { return client.connected() && server.connected(); }));
  for (const StreamPeer* peer : {&client, &server}) {
    EXPECT_EQ(Option(peer->stream(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(Option(peer->stream(), SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(Option(peer->stream(), IPPROTO_TCP, TCP_KEEPIDLE), 60);
  }
}

TEST_F(RealNetworkTest, ManyPiecesAreWrittenAsOneStream) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  ASSERT_TRUE(RunUntil([&] { return client.connected() && server.connected(); }));
  const std::vector<Bytes> pieces(100, AsBytes("abc"));
  const IoResult put = client.stream().Write(pieces);
  EXPECT_EQ(put.outcome, IoResult::Outcome::kDone);
  EXPECT_EQ(put.bytes, size_t{192});
  EXPECT_TRUE(RunUntil([&] { return server.got.size() == 192; }));
  EXPECT_EQ(client.stream().Write({}).outcome, IoResult::Outcome::kAgain);
}

TEST_F(RealNetworkTest, AHalfClosedConnectionStillCarriesTheAnswer) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  client.Send("question");
  ASSERT_TRUE(RunUntil([&] { return server.got == "question"; }));
  client.stream().ShutdownWrite();
  ASSERT_TRUE(RunUntil([&] { return server.ended; }));
  EXPECT_TRUE(server.error.ok());
  const Bytes answer = AsBytes("answer");
  EXPECT_EQ(server.stream().Write({&answer, 1}).bytes, 6U);
  EXPECT_TRUE(RunUntil([&] { return client.got == "answer"; }));
}

TEST_F(RealNetworkTest, AResetNamesThePeerAndTheCause) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  client.PauseReading(true);
  server.Send("never read");
  ASSERT_TRUE(RunUntil([&] { return client.connected() && server.to_send.empty(); }));
  RunFor(milliseconds(2));
  const std::string peer = server.stream().peer();
  client.Close();  // With bytes unread: a reset.
  ASSERT_TRUE(RunUntil([&] { return server.ended; }));
  EXPECT_EQ(server.error.message(), peer + ": Connection reset by peer");
}

TEST_F(RealNetworkTest, TheStreamMayBeDestroyedInsideReady) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  ASSERT_TRUE(RunUntil([&] { return client.connected() && server.connected(); }));
  std::unique_ptr<Stream> stream;
  bool called = false;
  auto second =
      network->Connect({.address = address, .tls = {}}, [&](Result<std::unique_ptr<Stream>> made) {
        stream = *std::move(made);
        stream->OnReady([&, guard = std::string(100, 'x')](Interest) {
          stream.reset();
          called = guard == std::string(100, 'x');
        });
        stream->SetInterest(Interest::kWrite);
      });
  EXPECT_TRUE(RunUntil([&] { return called; }));
}

TEST_F(RealNetworkTest, ReadyMayBeReplacedInsideReady) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  Connect();
  ASSERT_TRUE(RunUntil([&] { return client.connected(); }));
  std::string calls;
  Stream& stream = client.stream();
  stream.OnReady([&](Interest) {
    calls += "a";
    stream.OnReady([&](Interest) {
      calls += "b";
      stream.SetInterest(Interest::kNone);
    });
  });
  stream.SetInterest(Interest::kWrite);
  EXPECT_TRUE(RunUntil([&] { return calls.size() == 2; }));
  EXPECT_EQ(calls, "ab");
}

TEST_F(RealNetworkTest, UnixSocketsCarryStreams) {
  ListenOptions options;
  options.address = {Address::Kind::kUnix, folder + "/s", 0};
  ASSERT_TRUE(Listen(options).ok());
  Connect();
  client.Send("local");
  ASSERT_TRUE(RunUntil([&] { return server.got == "local"; }));
  EXPECT_EQ(server.stream().peer(), "unix");
  EXPECT_EQ(client.stream().peer(), "unix");
}

TEST_F(RealNetworkTest, ANameIsLookedUpAndItsAddressesAreTriedInTurn) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());  // On 127.0.0.1 only; localhost may be ::1 first.
  address.host = "localhost";
  Connect();
  ASSERT_TRUE(RunUntil([&] { return connect_done; }));
  EXPECT_TRUE(connect_status.ok()) << connect_status.message();
  EXPECT_THAT(client.stream().peer(), StartsWith("127.0.0.1:"));
}

TEST_F(RealNetworkTest, ANameThatNobodyHasIsNamed) {
  address = {Address::Kind::kTcp, "no-such-host.invalid", 1};
  Connect();
  EXPECT_THAT(ConnectError(), StartsWith("connect tcp://no-such-host.invalid:1: name lookup: "));
}

TEST_F(RealNetworkTest, APortThatNobodyListensOnIsRefused) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  listener.reset();
  keeper.ReleaseUnclaimed();
  Connect();
  EXPECT_EQ(ConnectError(), "connect " + address.ToString() + ": Connection refused");
  address.host = "localhost";
  Connect();
  EXPECT_THAT(ConnectError(),
              HasSubstr("127.0.0.1:" + std::to_string(address.port) + ": Connection refused"));
}

TEST_F(RealNetworkTest, AUnixSocketThatIsNotThereIsNamed) {
  address = {Address::Kind::kUnix, folder + "/none", 0};
  Connect();
  EXPECT_EQ(ConnectError(), "connect unix://" + folder + "/none: No such file or directory");
}

// Its queue is full, so the kernel leaves attempts unanswered.
TEST_F(RealNetworkTest, AServerThatDoesNotAnswerTimesOut) {
  ListenOptions options = OnLoopback();
  options.backlog = 0;
  ASSERT_TRUE(Listen(options).ok());
  listener->Pause();
  std::vector<std::unique_ptr<Connecting>> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(
        network->Connect({.address = address, .tls = {}}, [](Result<std::unique_ptr<Stream>>) {}));
  }
  RunFor(milliseconds(5));
  Connect({.address = {}, .tls = {}, .timeout = milliseconds(50)});
  EXPECT_EQ(ConnectError(), "connect " + address.ToString() + ": timed out");
}

TEST_F(RealNetworkTest, AnAttemptThatIsDestroyedIsForgotten) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  for (const char* host : {"127.0.0.1", "localhost"}) {
    address.host = host;
    Connect();
    connecting.reset();
    RunFor(milliseconds(5));
    EXPECT_FALSE(connect_done);
  }
}

TEST_F(RealNetworkTest, ANetworkMayGoWhileANameIsLookedUp) {
  address = {Address::Kind::kTcp, "no-such-host.invalid", 1};
  Connect();
  RunFor(milliseconds(1));
  connecting.reset();
  network.reset();
  loop.reset();
}

TEST_F(RealNetworkTest, APausedListenersConnectionsWaitInTheKernel) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  listener->Pause();
  Connect();
  client.Send("early");
  ASSERT_TRUE(RunUntil([&] { return client.connected(); }));
  RunFor(milliseconds(5));
  EXPECT_FALSE(server.connected());
  listener->Resume();
  EXPECT_TRUE(RunUntil([&] { return server.got == "early"; }));
}

TEST_F(RealNetworkTest, TheListenerMayBeDestroyedInsideAccepted) {
  int accepted = 0;
  auto made = network->Listen(OnLoopback(), [&](std::unique_ptr<Stream>) {
    ++accepted;
    listener.reset();
  });
  listener = *std::move(made);
  address = listener->address();
  std::vector<std::unique_ptr<Connecting>> attempts;
  for (int i = 0; i < 3; ++i) {
    attempts.push_back(
        network->Connect({.address = address, .tls = {}}, [](Result<std::unique_ptr<Stream>>) {}));
  }
  ASSERT_TRUE(RunUntil([&] { return accepted > 0; }));
  RunFor(milliseconds(5));
  EXPECT_EQ(accepted, 1);
}

// A thousand clients, each of which sends its number and gets it back.
struct Echo {
  std::unique_ptr<Connecting> connecting;
  StreamPeer client;
  StreamPeer server;
};

TEST_F(RealNetworkTest, AThousandConnectionsEachGetTheirOwnAnswer) {
  constexpr size_t kCount = 1000;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_GT(limit.rlim_cur, 2 * kCount + 100);
  std::vector<std::unique_ptr<StreamPeer>> servers;
  auto made = network->Listen(OnLoopback(), [&](std::unique_ptr<Stream> stream) {
    servers.push_back(std::make_unique<StreamPeer>());
    servers.back()->Use(std::move(stream));
  });
  ASSERT_TRUE(made.ok());
  listener = *std::move(made);
  std::vector<Echo> all(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    all[i].client.Send(std::to_string(i) + ";");
    all[i].connecting = network->Connect({.address = listener->address(), .tls = {}},
                                         [&all, i](Result<std::unique_ptr<Stream>> stream) {
                                           ASSERT_TRUE(stream.ok()) << stream.status().message();
                                           all[i].client.Use(*std::move(stream));
                                         });
  }
  ASSERT_TRUE(RunUntil([&] {
    return servers.size() == kCount &&
           std::all_of(servers.begin(), servers.end(),
                       [](const auto& end) { return end->got.ends_with(';'); });
  }));
  std::set<std::string> seen;
  for (const auto& end : servers) {
    seen.insert(end->got);
    end->Send(end->got);
  }
  EXPECT_EQ(seen.size(), kCount);
  ASSERT_TRUE(RunUntil([&] {
    return std::all_of(all.begin(), all.end(),
                       [](const Echo& echo) { return echo.client.got.ends_with(';'); });
  }));
  for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(all[i].client.got, std::to_string(i) + ";");
}

// What this process has used so far.
int64_t ProcessorMicroseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
  return of(used.ru_utime) + of(used.ru_stime);
}

TEST_F(RealNetworkTest, WithoutDescriptorsLeftConnectionsWaitAndNothingSpins) {
  int accepted = 0;
  std::vector<std::unique_ptr<Stream>> streams;
  auto made = network->Listen(OnLoopback(), [&](std::unique_ptr<Stream> stream) {
    ++accepted;
    streams.push_back(std::move(stream));
  });
  ASSERT_TRUE(made.ok());
  std::vector<UniqueFd> clients;
  const auto to = NumericAddress((*made)->address());
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(clients.back().get(), to->get(), to->length), 0);
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = OpenDescriptors() + 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const int64_t start = ProcessorMicroseconds();
  RunFor(milliseconds(100));
  EXPECT_LT(accepted, 10);
  EXPECT_LT(ProcessorMicroseconds() - start, 50'000);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(RunUntil([&] { return accepted == 10; }));
}

}  // namespace
}  // namespace andon
