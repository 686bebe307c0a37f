#include "core/base/program_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace andon {
namespace {

// Of all mappings of code, in KiB.
size_t ResidentCode() {
  std::ifstream maps("/proc/self/smaps");
  size_t sum = 0;
  bool code = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("-") < line.find(" ")) code = line.find(" r-xp ") != std::string::npos;
    if (code && line.starts_with("Rss:")) sum += std::stoul(line.substr(4));
  }
  return sum;
}

TEST(ProgramPagesTest, CodeThatIsNotUsedIsGivenBackAndTheRestGoesOn) {
  const size_t before = ResidentCode();
  ASSERT_GT(before, 0u);
  ReleaseProgramPages();
  EXPECT_LT(ResidentCode(), before);
  ReleaseProgramPages();
}

}  // namespace
}  // namespace andon
