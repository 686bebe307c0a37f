#include "core/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace andon {
namespace {

// What is written to descriptor 2 while it lives.
class StderrCapture {
 public:
  StderrCapture() : file_(std::tmpfile()), saved_(dup(STDERR_FILENO)) {
    dup2(fileno(file_), STDERR_FILENO);
  }
  ~StderrCapture() {
    Restore();
    std::fclose(file_);
  }
  std::vector<std::string> Lines() {
    Restore();
    std::string text(1 << 20, '\0');
    const ssize_t size = pread(fileno(file_), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<size_t>(size));
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

 private:
  void Restore() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
  }
  std::FILE* file_;
  int saved_;
};

class LogTest : public testing::Test {
 protected:
  ~LogTest() override {
    SetLogTap({});
    ConfigureLog({});
  }
};

TEST_F(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  ConfigureLog({.level = LogLevel::kWarn});
  StderrCapture capture;
  LogDebug("a", "one");
  LogInfo("a", "two");
  LogWarn("a", "three", {{"k", "v"}});
  LogError("a", "four");
  const auto lines = capture.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("level=warn part=a msg=three k=v"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("level=error part=a msg=four"), std::string::npos) << lines[1];
}

TEST_F(LogTest, AFloodOfOneMessageIsHeldBackAndOthersAreNot) {
  ConfigureLog({.burst_per_message = 4, .window = std::chrono::hours(1)});
  StderrCapture capture;
  for (int i = 0; i < 100; ++i) LogInfo("a", "flood", {{"i", i}});
  LogInfo("a", "other");
  const auto lines = capture.Lines();
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_NE(lines[3].find("i=3"), std::string::npos);
  EXPECT_NE(lines[4].find("msg=other"), std::string::npos);
}

TEST_F(LogTest, AWindowOfZeroHoldsNothingBack) {
  ConfigureLog({.burst_per_message = 1, .window = Duration::zero()});
  StderrCapture capture;
  LogInfo("a", "x");
  LogInfo("a", "x");
  EXPECT_EQ(capture.Lines().size(), 2u);
}

TEST_F(LogTest, TheTapGetsWhatIsWrittenAndMayLogWithoutAnEcho) {
  ConfigureLog({.burst_per_message = 1, .window = std::chrono::hours(1)});
  std::vector<std::string> tapped;
  SetLogTap([&](const LogEvent& event) {
    tapped.push_back(std::string(event.part) + "/" + std::string(event.message) + "/" +
                     event.fields.begin()->value);
    LogInfo("tap", "inside");
  });
  StderrCapture capture;
  LogInfo("a", "x", {{"k", "v"}});
  LogInfo("a", "x", {{"k", "held back"}});
  SetLogTap({});
  LogInfo("b", "after", {{"k", "v"}});
  EXPECT_EQ(capture.Lines().size(), 3u);  // x, inside, after
  EXPECT_EQ(tapped, std::vector<std::string>{"a/x/v"});
}

TEST_F(LogTest, LinesOfManyThreadsDoNotMix) {
  ConfigureLog({.burst_per_message = 1'000'000});
  std::atomic<size_t> tapped = 0;
  SetLogTap([&](const LogEvent&) { ++tapped; });
  StderrCapture capture;
  constexpr size_t kThreads = 4;
  constexpr size_t kEach = 200;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      for (size_t i = 0; i < kEach; ++i) {
        LogInfo("part" + std::to_string(t), "message", {{"i", i}, {"end", "here"}});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto lines = capture.Lines();
  EXPECT_EQ(lines.size(), kThreads * kEach);
  EXPECT_EQ(tapped, kThreads * kEach);
  EXPECT_TRUE(std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("time=") && line.ends_with(" end=here");
  }));
}

TEST_F(LogTest, OnlyTheTapThatIsThereCanBeTakenAway) {
  ConfigureLog({});
  StderrCapture capture;
  int first = 0;
  int second = 0;
  const uint64_t replaced = SetLogTap([&](const LogEvent&) { ++first; });
  const uint64_t number = SetLogTap([&](const LogEvent&) { ++second; });
  RemoveLogTap(replaced);
  LogInfo("a", "taken away too late");
  RemoveLogTap(number);
  LogInfo("a", "nobody listens");
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST_F(LogTest, ATapThatIsTakenAwayIsNotRunningAnyMore) {
  ConfigureLog({.burst_per_message = 1'000'000});
  StderrCapture capture;
  std::atomic<bool> stop = false;
  std::thread logging([&] {
    while (!stop) LogInfo("a", "x");
  });
  for (int i = 0; i < 100; ++i) {
    // Its owner goes right after taking it away.
    auto owner = std::make_unique<std::atomic<int>>(0);
    RemoveLogTap(SetLogTap([count = owner.get()](const LogEvent&) { ++*count; }));
  }
  stop = true;
  logging.join();
}

}  // namespace
}  // namespace andon
