#include "core/kafka/client_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace andon::kafka {
namespace {

using ::testing::HasSubstr;

std::string Problem(const std::string& brokers) {
  const auto config = Config::FromText("brokers: " + brokers + "\n", "a.yaml");
  ConfigReader reader(config->root());
  ClientOptions options;
  ReadClientOptions(reader, Role::kProducer, {}, &options);
  return std::string(reader.Finish().message());
}

TEST(ClientOptionsTest, ABrokerIsAHostAndAPort) {
  for (const char* good : {"a", "[kafka-1:9092, kafka-2]", "\"a:1, b:2\"", "\"[::1]:9092\"",
                           "SASL_SSL://a:1", "10.0.0.1:9092"}) {
    EXPECT_EQ(Problem(good), "") << good;
  }
  EXPECT_EQ(Problem("\"kafka://x:1\""),
            "a.yaml:1:10: \"brokers\": \"kafka://x:1\" is no broker: write HOST:PORT");
  for (const char* wrong : {"x:y", "[a:1, x:y]", "a:0", "a:65536", "\"a:\"", "9092", "\"[::1\"",
                            "\"::1\"", "\"[::1]9092\"", "\"a b:1\""}) {
    EXPECT_THAT(Problem(wrong), HasSubstr("is no broker: write HOST:PORT")) << wrong;
  }
}

}  // namespace
}  // namespace andon::kafka
