#include "core/net/listen_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The problems of `listen: LISTEN`.
std::vector<std::string> Problems(const std::string& listen) {
  const auto config = Config::FromText("listen: " + listen + "\n", "a.yaml");
  ConfigReader reader(config->root());
  std::vector<std::string> texts;
  reader.Optional("listen", &texts, "where to listen");
  (void)ParseListen(reader, texts, Address::Kind::kUdp, 5140);
  std::vector<std::string> problems;
  for (const Problem& problem : config->problems()) problems.push_back(problem.ToString());
  return problems;
}

TEST(ListenConfigTest, APortAloneIsNoHost) {
  for (const char* listen : {"514", "\"514\"", "[0.0.0.0:1, 514]"}) {
    EXPECT_THAT(Problems(listen),
                ElementsAre(HasSubstr("\"514\": a port alone, write 0.0.0.0:514")));
  }
  EXPECT_THAT(Problems("tcp://514"), ElementsAre(HasSubstr("a port alone")));
  EXPECT_THAT(Problems("\"514:514\""), ElementsAre(HasSubstr("the host is a number")));
}

TEST(ListenConfigTest, AnAddressIsListenedOnOnce) {
  EXPECT_THAT(Problems("[udp://h:514, tcp://h:514, udp://h:515]"), IsEmpty());
  EXPECT_THAT(
      Problems("[udp://h, \"h:5140\"]"),
      ElementsAre("a.yaml:1:9: \"listen\": \"h:5140\": the address is in the list already"));
  EXPECT_THAT(Problems("[/dev/log, unixgram:///dev/log]"), ElementsAre(HasSubstr("already")));
  EXPECT_THAT(Problems("[127.0.0.1:0, 127.0.0.1:0]"), IsEmpty());  // A port each.
}

TEST(ListenConfigTest, TheOldestTlsVersionIsOneOfTwo) {
  for (const char* version : {"1.1", "\"1.4\"", "TLSv1.2", "1.20"}) {
    const auto config = Config::FromText(
        "{certificate: c, key: k, minimum_version: " + std::string(version) + "}", "a.yaml");
    TlsOptions tls;
    ConfigReader reader(config->root());
    ReadServerTls(reader, &tls);
    ASSERT_FALSE(reader.Finish().ok()) << version;
    EXPECT_THAT(config->problems().front().ToString(), HasSubstr("a.yaml:1:43: "));
    EXPECT_THAT(config->problems().front().message, HasSubstr("must be one of 1.2, 1.3, is"));
  }
}

}  // namespace
}  // namespace andon
