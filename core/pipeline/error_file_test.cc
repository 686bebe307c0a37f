#include "core/pipeline/error_file.h"

#include <gtest/gtest.h>

namespace andon {
namespace {

TEST(ErrorFileTest, IsInTheDataFolderWhateverItIsCalled) {
  for (const std::string folder : {"/var/lib/andon", "/srv/it's here", "/a: b"}) {
    const auto config = ErrorFileConfig(folder);
    ASSERT_TRUE(config->ok()) << folder;
    EXPECT_EQ(config->root().Get("path").text(), folder + "/errors/%Y-%m-%d.log");
    EXPECT_EQ(config->root().Get("type").text(), "file");
  }
}

}  // namespace
}  // namespace andon
