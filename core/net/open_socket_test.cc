#include "core/net/open_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "core/net/socket_owner.h"
#include "test/support/net_fixture.h"

namespace andon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct OpenSocketTest : NetFixture {
  ListenOptions Unix(const std::string& name) const {
    ListenOptions options;
    options.address = {Address::Kind::kUnix, folder + "/" + name, 0};
    return options;
  }
  static std::string Error(const ListenOptions& options) {
    auto opened = OpenListeningSocket(options);
    return opened.ok() ? "" : std::string(opened.status().message());
  }
};

TEST_F(OpenSocketTest, AnAddressInUseNamesTheAddressTheCauseAndWhoHasIt) {
  auto first = OpenListeningSocket(OnLoopback());
  ASSERT_TRUE(first.ok());
  ListenOptions again;
  again.address = first->address;
  EXPECT_EQ(Error(again), "listen " + again.address.ToString() +
                              ": Address already in use (this process has it already)");
  again.reuse_port = true;  // The first did not allow it.
  EXPECT_THAT(Error(again), HasSubstr("Address already in use"));
}

TEST_F(OpenSocketTest, AnotherProcessIsNamedToo) {
  auto first = OpenListeningSocket(OnLoopback());
  ASSERT_TRUE(first.ok());
  const pid_t child = ::fork();
  if (child == 0) {  // Asks from outside.
    const int found = SocketOwner(first->address).starts_with(" (process ") ? 0 : 1;
    first->fd.Reset(-1);
    const bool named =
        SocketOwner(first->address).starts_with(" (process " + std::to_string(::getppid()) + ", ");
    ::_exit(found == 0 && named ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(OpenSocketTest, APrivilegedPortSaysWhatItNeeds) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to give its rights up";
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(2);
    ListenOptions options;
    options.address = {Address::Kind::kTcp, "127.0.0.1", 1};
    const std::string error = Error(options);
    const bool ok = error.starts_with("listen tcp://127.0.0.1:1: Permission denied (") &&
                    error.find("CAP_NET_BIND_SERVICE") != std::string::npos;
    ::_exit(ok ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(OpenSocketTest, AnAddressThatIsNotOursSaysSo) {
  ListenOptions options;
  options.address = {Address::Kind::kTcp, "192.0.2.77", 0};
  EXPECT_EQ(Error(options),
            "listen tcp://192.0.2.77:0: Cannot assign requested address (no interface of this "
            "machine has the address)");
}

TEST_F(OpenSocketTest, AKindOfAddressThatDoesNotFitIsRefused) {
  ListenOptions options;
  options.address = {Address::Kind::kUdp, "127.0.0.1", 0};
  EXPECT_THAT(Error(options), HasSubstr("only tcp:// and unix:// carry streams"));
  DatagramOptions datagrams;
  datagrams.address = {Address::Kind::kTcp, "127.0.0.1", 0};
  EXPECT_THAT(std::string(OpenDatagramSocket(datagrams).status().message()),
              HasSubstr("only udp:// and unixgram:// carry datagrams"));
}

TEST_F(OpenSocketTest, AUnixSocketHasItsPermissionsAndItsFileGoesWithIt) {
  const mode_t umask_before = ::umask(077);
  ListenOptions options = Unix("s");
  options.unix_permissions = 0660;
  {
    auto opened = OpenListeningSocket(options);
    ::umask(umask_before);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    struct stat info {};
    ASSERT_EQ(::stat(options.address.host.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0660U);
  }
  EXPECT_FALSE(std::filesystem::exists(options.address.host));
}

TEST_F(OpenSocketTest, ASocketFileThatAKilledProcessLeftIsTakenOver) {
  const ListenOptions options = Unix("s");
  const std::string aside = options.address.host + ".aside";
  {
    auto killed = OpenListeningSocket(options);
    ASSERT_TRUE(killed.ok());
    std::filesystem::rename(options.address.host, aside);  // So that it is not removed.
  }
  std::filesystem::rename(aside, options.address.host);
  ASSERT_TRUE(std::filesystem::exists(options.address.host));
  EXPECT_EQ(Error(options), "");
}

TEST_F(OpenSocketTest, ASocketFileThatSomebodyListensOnIsRefusedAndKept) {
  const ListenOptions options = Unix("s");
  auto first = OpenListeningSocket(options);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Error(options),
            "listen " + options.address.ToString() + ": another process listens there");
  DatagramOptions datagrams;
  datagrams.address = {Address::Kind::kUnixDatagram, options.address.host, 0};
  EXPECT_THAT(std::string(OpenDatagramSocket(datagrams).status().message()),
              HasSubstr("the file exists"));
  EXPECT_TRUE(std::filesystem::exists(options.address.host));
}

TEST_F(OpenSocketTest, AFileThatIsNoSocketIsNeverRemoved) {
  const ListenOptions options = Unix("notes");
  std::ofstream(options.address.host) << "important";
  EXPECT_THAT(Error(options), HasSubstr("the file exists and is no socket"));
  EXPECT_EQ(std::filesystem::file_size(options.address.host), 9U);
}

TEST_F(OpenSocketTest, AFileThatReplacedOursIsKept) {
  const ListenOptions options = Unix("s");
  {
    auto opened = OpenListeningSocket(options);
    ASSERT_TRUE(opened.ok());
    std::filesystem::rename(options.address.host, options.address.host + ".old");
    std::ofstream(options.address.host) << "somebody else's";
  }
  EXPECT_TRUE(std::filesystem::exists(options.address.host));
}

TEST_F(OpenSocketTest, AMissingFolderIsNamed) {
  EXPECT_EQ(Error(Unix("no/s")), "listen unix://" + folder + "/no/s: No such file or directory");
}

}  // namespace
}  // namespace andon
