#include "inputs/tail/tail_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/plugin/input.h"
#include "test/support/make_plugin.h"

namespace andon {
namespace {

using ::testing::HasSubstr;

std::string Problem(const std::string& yaml) {
  return std::string(MakePlugin<Input>("tail", yaml).status().message());
}

TEST(TailConfigTest, ATagKnowsThePathOnly) {
  EXPECT_EQ(Problem("{path: /x, tag: \"a.${path}.*\"}"), "");
  EXPECT_THAT(Problem("{path: /x, tag: \"a.${pth}\"}"),
              HasSubstr("\"tag\": \"a.${pth}\": only ${path} and * are known"));
}

TEST(TailConfigTest, APathIsAbsolute) {
  EXPECT_EQ(Problem("{path: [/var/log/*.log, \"{/a,/b}/x\"], tag: a}"), "");
  for (const char* path : {"var/log/x", "~/x", "./x", "\"*.log\""}) {
    EXPECT_THAT(Problem("{path: " + std::string(path) + ", tag: a}"),
                HasSubstr("\"path\" must be absolute: "));
  }
}

TEST(TailConfigTest, AnExclusionIsAbsoluteOrAFilesName) {
  EXPECT_EQ(Problem("{path: /a/*, tag: a, exclude: [\"*.old\", /a/x, \"{x,y}.log\"]}"), "");
  EXPECT_THAT(Problem("{path: /a/*, tag: a, exclude: [x/*.log]}"),
              HasSubstr("\"exclude\" must be absolute, or a file's name: \"x/*.log\""));
}

}  // namespace
}  // namespace andon
