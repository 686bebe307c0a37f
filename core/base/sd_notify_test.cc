#include "core/base/sd_notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace andon {
namespace {

// A service manager's end, on an abstract socket.
class Manager {
 public:
  Manager() : name_("@andon-test-" + std::to_string(::getpid())) {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  std::string Received() const {
    char text[256];
    const ssize_t size = ::recv(fd_, text, sizeof text, 0);
    return size < 0 ? std::string() : std::string(text, static_cast<size_t>(size));
  }

 private:
  const std::string name_;
  int fd_ = -1;
};

TEST(SdNotifyTest, TheStateReachesTheServiceManager) {
  const Manager manager;
  EXPECT_TRUE(SdNotify("READY=1\nSTATUS=running"));
  EXPECT_EQ(manager.Received(), "READY=1\nSTATUS=running");
}

TEST(SdNotifyTest, AReloadCarriesTheMonotonicTime) {
  const Manager manager;
  EXPECT_TRUE(SdNotifyReloading());
  const std::string text = manager.Received();
  const std::string prefix = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_TRUE(text.starts_with(prefix)) << text;
  EXPECT_GT(std::stoll(text.substr(prefix.size())), 0);
}

TEST(SdNotifyTest, WithoutAServiceManagerNobodyIsTold) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(SdNotify("READY=1"));
  for (const char* bad : {"", "relative", "/no/such/socket"}) {
    ::setenv("NOTIFY_SOCKET", bad, 1);
    EXPECT_FALSE(SdNotify("READY=1")) << bad;
  }
  ::setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
  EXPECT_FALSE(SdNotify("READY=1"));
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(SdNotifyTest, TheWatchdogIsForTheProcessThatItNames) {
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_FALSE(SdWatchdogTimeout().has_value());
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(SdWatchdogTimeout(), std::chrono::seconds(30));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(SdWatchdogTimeout(), std::chrono::seconds(30));
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(SdWatchdogTimeout().has_value());
  ::unsetenv("WATCHDOG_PID");
  for (const char* bad : {"", "0", "-5", "12x"}) {
    ::setenv("WATCHDOG_USEC", bad, 1);
    EXPECT_FALSE(SdWatchdogTimeout().has_value()) << bad;
  }
  ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace andon
