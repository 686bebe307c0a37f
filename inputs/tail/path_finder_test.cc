#include "inputs/tail/path_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "test/support/temp_folder.h"

namespace andon::tail {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

std::vector<std::string> Reasons(const std::vector<std::string>& paths,
                                 const std::vector<std::string>& exclude = {}) {
  std::vector<std::string> reasons;
  for (const Unmatched& one : PathFinder(paths, exclude).FindUnmatched()) {
    reasons.push_back(one.pattern + ": " + one.reason);
  }
  return reasons;
}

class PathFinderTest : public testing::Test {
 protected:
  void Make(const std::string& name) const { std::ofstream(root + "/" + name) << "line\n"; }

  TempFolder folder;
  const std::string root = folder.path();
};

TEST_F(PathFinderTest, SaysNothingOfPatternsThatAreTheNameOfAFile) {
  Make("a.log");
  EXPECT_THAT(Reasons({root + "/*.log", root + "/a.log"}), IsEmpty());
}

TEST_F(PathFinderTest, SaysWhyAPatternIsTheNameOfNoFile) {
  Make("a.log");
  Make("b.log.gz");
  const std::string no_name = "no file in " + root + " has such a name";
  EXPECT_THAT(
      Reasons({root + "/x.log", root + "/b*", root + "/gone/*.log", root + "/{a,c}.log"}),
      testing::ElementsAre(root + "/x.log: " + no_name, root + "/b*: " + no_name,
                           root + "/gone/*.log: " + root + "/gone: No such file or directory",
                           root + "/c.log: " + no_name));
  EXPECT_THAT(Reasons({root + "/a.log"}, {root + "/a*"}),
              testing::ElementsAre(root + "/a.log: " + no_name));
}

TEST_F(PathFinderTest, TwoStarsAreAnyFolders) {
  fs::create_directories(root + "/x/y/z");
  for (const char* name : {"a.log", "x/b.log", "x/y/z/c.log", "x/y/z/old.log"}) Make(name);
  const auto found = [&](const std::string& pattern) {
    std::vector<std::string> paths;
    for (const auto& file : PathFinder({root + pattern}, {root + "/**/old.log"}).Find()) {
      paths.push_back(file.path.substr(root.size()));
    }
    return paths;
  };
  using testing::ElementsAre;
  EXPECT_THAT(found("/**/*.log"), ElementsAre("/a.log", "/x/b.log", "/x/y/z/c.log"));
  EXPECT_THAT(found("/**"), ElementsAre("/a.log", "/x/b.log", "/x/y/z/c.log"));
  EXPECT_THAT(found("/x/**/z/*"), ElementsAre("/x/y/z/c.log"));
  EXPECT_THAT(PathFinder({root + "/**/*.log"}, {}).Folders(), testing::Contains(root + "/x/y/z"));
  EXPECT_THAT(Reasons({root + "/**/*.none"}),
              ElementsAre(root + "/**/*.none: no file in " + root + " has such a name"));
}

TEST_F(PathFinderTest, AnExclusionWithoutASlashIsAFilesName) {
  Make("a.log");
  Make("debug.log");
  const auto found = [&](const std::string& exclude) {
    std::vector<std::string> paths;
    for (const auto& file : PathFinder({root + "/*.log"}, {exclude}).Find()) {
      paths.push_back(file.path.substr(root.size()));
    }
    return paths;
  };
  EXPECT_THAT(found("debug*"), testing::ElementsAre("/a.log"));
  EXPECT_THAT(found("{debug,x}.log"), testing::ElementsAre("/a.log"));
  EXPECT_THAT(found(root + "/d*"), testing::ElementsAre("/a.log"));
  EXPECT_THAT(found("ebug*"), testing::ElementsAre("/a.log", "/debug.log"));
}

TEST_F(PathFinderTest, SaysThatAFolderMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::create_directory(root + "/closed");
  fs::permissions(root + "/closed", fs::perms::none);
  EXPECT_THAT(Reasons({root + "/closed/*.log"}),
              testing::ElementsAre(root + "/closed/*.log: " + root + "/closed: Permission denied"));
  fs::permissions(root + "/closed", fs::perms::owner_all);
}

}  // namespace
}  // namespace andon::tail
