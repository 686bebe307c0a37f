#include "core/journal/home.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon::journal {
namespace {

using ::testing::HasSubstr;

TEST(HomeTest, AFolderStaysAtHomeWhenItIsRenamed) {
  const TempFolder folder;
  const std::string path = folder.Path("journal");
  std::filesystem::create_directory(path);
  EXPECT_THAT(CheckHome(RealFileSystem(), path), IsOk());
  EXPECT_THAT(CheckHome(RealFileSystem(), path), IsOk());
  std::filesystem::rename(path, folder.Path("renamed"));
  EXPECT_THAT(CheckHome(RealFileSystem(), folder.Path("renamed")), IsOk());
}

TEST(HomeTest, ACopyIsRefusedUntilItIsAdopted) {
  const TempFolder folder;
  const std::string path = folder.Path("journal");
  const std::string copy = folder.Path("copy");
  std::filesystem::create_directory(path);
  ASSERT_THAT(CheckHome(RealFileSystem(), path), IsOk());
  std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
  const Status refused = CheckHome(RealFileSystem(), copy);
  EXPECT_EQ(refused.code(), StatusCode::kRejected);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("andon journal adopt " + copy));
  EXPECT_THAT(MakeHome(RealFileSystem(), copy), IsOk());
  EXPECT_THAT(CheckHome(RealFileSystem(), copy), IsOk());
  EXPECT_THAT(CheckHome(RealFileSystem(), path), IsOk());
}

TEST(HomeTest, AFolderFromAnotherMachineIsRefused) {
  const TempFolder folder;
  ASSERT_THAT(CheckHome(RealFileSystem(), folder.path()), IsOk());
  std::string text = folder.Read("home");
  const size_t machine = text.find("machine ");
  ASSERT_NE(machine, std::string::npos);
  text.insert(machine + 8, "f");
  std::ofstream(folder.Path("home")) << text;  // In place: the inode stays.
  EXPECT_EQ(CheckHome(RealFileSystem(), folder.path()).code(), StatusCode::kRejected);
}

TEST(HomeTest, WhatACrashHasCutOffIsWrittenAgain) {
  const TempFolder folder;
  for (const char* text : {"", "andon journal home 1\nmach", "other\n"}) {
    folder.Write("home", text);
    EXPECT_THAT(CheckHome(RealFileSystem(), folder.path()), IsOk()) << text;
    EXPECT_THAT(folder.Read("home"), HasSubstr("\ninode "));
  }
}

}  // namespace
}  // namespace andon::journal
