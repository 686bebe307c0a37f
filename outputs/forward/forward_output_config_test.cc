#include "outputs/forward/forward_output_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace andon::forward {
namespace {

using ::testing::HasSubstr;

std::string Problem(const std::string& yaml) {
  const auto config = Config::FromText(yaml, "a.yaml");
  return std::string(ForwardOutputConfig::Parse(config->root()).status().message());
}

TEST(ForwardOutputConfigTest, AServerIsAnAddressThatCanBeConnectedTo) {
  EXPECT_EQ(Problem("servers: [{address: a}, {address: b:1}, {address: /run/x}]"), "");
  EXPECT_THAT(Problem("servers: [{address: a:0}]"),
              HasSubstr("\"address\": \"a:0\": nobody listens on port 0"));
  EXPECT_THAT(Problem("servers: [{address: 24224}]"), HasSubstr("a port alone"));
  EXPECT_THAT(Problem("servers: [{address: udp://a:1}]"), HasSubstr("connects to tcp://"));
}

TEST(ForwardOutputConfigTest, TheOldestTlsVersionIsOneOfTwo) {
  EXPECT_EQ(Problem("{servers: [{address: a}], tls: {minimum_version: 1.3}}"), "");
  EXPECT_THAT(Problem("{servers: [{address: a}], tls: {minimum_version: 1.1}}"),
              HasSubstr("must be one of 1.2, 1.3"));
}

}  // namespace
}  // namespace andon::forward
