#include "core/net/socket_keeper.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/log.h"
#include "core/net/socket_address.h"
#include "test/support/net_fixture.h"

namespace andon {
namespace {

using ::testing::HasSubstr;

struct SocketKeeperTest : NetFixture {
  ListenOptions Here() const {
    ListenOptions options;
    options.address = {Address::Kind::kUnix, folder + "/s", 0};
    return options;
  }
  // A blocking client, so that a connection is in the queue when it returns.
  UniqueFd ConnectNow() const {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto to = NumericAddress(address);
    if (::connect(fd.get(), to->get(), to->length) != 0) return UniqueFd();
    return fd;
  }
};

TEST_F(SocketKeeperTest, AReloadKeepsTheSocketAndTheConnectionsInItsQueue) {
  ASSERT_TRUE(Listen(Here()).ok());
  listener->Pause();
  const UniqueFd waiting = ConnectNow();
  ASSERT_TRUE(waiting.valid());
  const std::unique_ptr<Listener> old = std::move(listener);
  keeper.ReleaseUnclaimed();  // The end of the first start.

  ASSERT_TRUE(Listen(Here()).ok());  // The reload, while the old one still listens.
  EXPECT_EQ(listener->address(), old->address());
  const_cast<std::unique_ptr<Listener>&>(old).reset();
  keeper.ReleaseUnclaimed();
  ASSERT_EQ(::write(waiting.get(), "early", 5), 5);
  EXPECT_TRUE(RunUntil([&] { return server.got == "early"; }));
}

TEST_F(SocketKeeperTest, BetweenTheOldAndTheNewOneTheSocketStaysOpen) {
  ASSERT_TRUE(Listen(Here()).ok());
  keeper.ReleaseUnclaimed();
  listener.reset();
  const UniqueFd waiting = ConnectNow();
  ASSERT_TRUE(waiting.valid());
  ASSERT_TRUE(Listen(Here()).ok());
  EXPECT_TRUE(RunUntil([&] { return server.connected(); }));
}

TEST_F(SocketKeeperTest, WhatNobodyClaimedIsClosedAfterTheReload) {
  ASSERT_TRUE(Listen(Here()).ok());
  keeper.ReleaseUnclaimed();
  listener.reset();
  EXPECT_TRUE(ConnectNow().valid());
  keeper.ReleaseUnclaimed();
  EXPECT_FALSE(ConnectNow().valid());
}

TEST_F(SocketKeeperTest, TwoPartsOfOneConfigurationCannotHaveOneAddress) {
  const ListenOptions options = Here();
  ASSERT_TRUE(Listen(options).ok());
  auto second = network->Listen(options, [](std::unique_ptr<Stream>) {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kInvalidConfig);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("want this address"));
  listener.reset();  // Given up, for instance since another part could not be prepared.
  EXPECT_TRUE(Listen(options).ok());
}

TEST_F(SocketKeeperTest, AnyPortIsAnotherPortEachTime) {
  ASSERT_TRUE(Listen(OnLoopback()).ok());
  auto second = network->Listen(OnLoopback(), [](std::unique_ptr<Stream>) {});
  ASSERT_TRUE(second.ok());
  EXPECT_NE((*second)->address().port, address.port);
}

TEST_F(SocketKeeperTest, WorkersThatShareAPortEachGetOneOfItsSocketsBack) {
  ListenOptions options = OnLoopback();
  options.reuse_port = true;
  const BoundSocket first = *OpenListeningSocket(options);
  options.address = first.address;
  const SocketKeeper::Key key{options.address, true};
  auto open = [&] { return OpenListeningSocket(options); };
  auto a = keeper.Take(key, open);
  auto b = keeper.Take(key, open);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE(*a, *b);
  keeper.ReleaseUnclaimed();
  auto none = []() -> Result<BoundSocket> { return Unavailable("opened anew"); };
  auto a_again = keeper.Take(key, none);
  auto b_again = keeper.Take(key, none);
  ASSERT_TRUE(a_again.ok() && b_again.ok());
  EXPECT_NE(*a_again, *b_again);
  EXPECT_EQ(keeper.Take(key, none).status().message(), "opened anew");  // One worker more.
}

TEST_F(SocketKeeperTest, DatagramsThatWaitSurviveAReloadToo) {
  DatagramOptions options;
  options.address = {Address::Kind::kUnixDatagram, folder + "/log", 0};
  std::string got;
  auto receive = [&](std::span<const Datagram> datagrams) {
    for (const Datagram& one : datagrams) got += AsText(one.bytes);
  };
  auto old = network->Bind(options, receive);
  ASSERT_TRUE(old.ok());
  (*old)->Pause();
  ASSERT_TRUE((*old)->SendTo(AsBytes("kept"), (*old)->address()).ok());
  keeper.ReleaseUnclaimed();
  auto fresh = network->Bind(options, receive);
  ASSERT_TRUE(fresh.ok());
  EXPECT_EQ((*fresh)->address(), (*old)->address());
  old->reset();
  EXPECT_TRUE(RunUntil([&] { return got == "kept"; }));
}

TEST_F(SocketKeeperTest, AnInheritedSocketServesItsAddress) {
  auto inherited = OpenListeningSocket(OnLoopback());
  ASSERT_TRUE(inherited.ok());
  const int fd = inherited->fd.get();
  ASSERT_TRUE(keeper.Adopt(std::move(inherited->fd)).ok());
  ListenOptions options;
  options.address = inherited->address;
  ASSERT_TRUE(Listen(options).ok());
  Connect();
  EXPECT_TRUE(RunUntil([&] { return server.connected() && client.connected(); }));
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(SocketKeeperTest, AnInheritedSocketOnAllInterfacesServesIpv4Too) {
  ListenOptions options;
  options.address = {Address::Kind::kTcp, "::", 0};
  auto inherited = OpenListeningSocket(options);
  if (!inherited.ok()) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(keeper.Adopt(std::move(inherited->fd)).ok());
  options.address = {Address::Kind::kTcp, "0.0.0.0", inherited->address.port};
  ASSERT_TRUE(Listen(options).ok());
  EXPECT_EQ(listener->address().host, "::");
}

TEST_F(SocketKeeperTest, WhatIsNoSocketIsNotAdopted) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(keeper.Adopt(UniqueFd(ends[0])).ok());
  EXPECT_FALSE(keeper.Adopt(UniqueFd(ends[1])).ok());
}

TEST_F(SocketKeeperTest, AnAdoptedSocketThatNobodyListensOnIsNamedAndClosed) {
  auto wanted = OpenListeningSocket(OnLoopback());
  auto forgotten = OpenListeningSocket(OnLoopback());
  ASSERT_TRUE(wanted.ok() && forgotten.ok());
  ASSERT_TRUE(keeper.Adopt(std::move(wanted->fd)).ok());
  ASSERT_TRUE(keeper.Adopt(std::move(forgotten->fd)).ok());
  const auto taken =
      keeper.Take({wanted->address}, []() -> Result<BoundSocket> { return Rejected(""); });
  std::vector<std::string> said;
  const uint64_t tap =
      SetLogTap([&](const LogEvent& event) { said.push_back(event.fields.begin()->value); });
  keeper.ReleaseUnclaimed();
  keeper.ReleaseUnclaimed();
  RemoveLogTap(tap);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0], forgotten->address.ToString());
}

TEST_F(SocketKeeperTest, TheEnvironmentsSocketsAreForTheProcessThatItNames) {
  auto socket = OpenListeningSocket(OnLoopback());
  ASSERT_TRUE(socket.ok());
  const pid_t child = ::fork();
  if (child == 0) {  // Descriptor 3 is taken in the test's own process.
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", "1", 1);
    SocketKeeper mine;
    if (*mine.AdoptFromEnvironment() != 0 || std::getenv("LISTEN_FDS") != nullptr) ::_exit(1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    if (::dup2(socket->fd.get(), 3) != 3 || *mine.AdoptFromEnvironment() != 1) ::_exit(2);
    auto taken = mine.Take({socket->address}, []() -> Result<BoundSocket> { return Rejected(""); });
    ::_exit(taken.ok() && (*taken)->fd() == 3 ? 0 : 3);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace andon
