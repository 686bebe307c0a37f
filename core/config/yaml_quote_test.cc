#include "core/config/yaml_quote.h"

#include <gtest/gtest.h>

#include "core/config/config_node.h"

namespace andon {
namespace {

TEST(YamlQuoteTest, TextIsReadBackAsItIs) {
  for (const char* text : {"", "plain", "it's", "''", "'", "a: b, c}", "\"\\n\"", "# no", "~",
                           "*alias", "{", "h\xc3\xa9"}) {
    const auto config = Config::FromText("{key: " + YamlQuoted(text) + ", next: 1}", "a.yaml");
    ASSERT_TRUE(config->ok()) << text;
    EXPECT_EQ(config->root().Get("key").text(), text);
  }
}

}  // namespace
}  // namespace andon
