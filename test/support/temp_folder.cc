#include "test/support/temp_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/check.h"

namespace andon {

TempFolder::TempFolder(const std::string& parent)
    : path_((parent.empty() ? testing::TempDir() : parent + "/") + "andon_test_XXXXXX") {
  CHECK(mkdtemp(path_.data()) != nullptr);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempFolder::Write(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

std::string TempFolder::Read(const std::string& name) const {
  std::ifstream file(Path(name), std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace andon
