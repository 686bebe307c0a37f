// The tail input on real files and a fake clock.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon::tail {

class TailFixture : public testing::Test {
 protected:
  // `options` follow `path: <root>/<path>, tag: t`.
  void Run(const std::string& path = "*.log", const std::string& options = "read_from: head") {
    input.reset();
    auto made = MakePlugin<Input>(
        "tail", "{id: tail, path: '" + root + "/" + path + "', " +
                    (options.find("tag:") == std::string::npos ? "tag: t, " : "") + options + "}");
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(fixture.input()), IsOk());
    input->Start(fixture.emitter);
    Settle();
  }
  void Stop() {
    bool stopped = false;
    input->Stop([&] { stopped = true; });
    EXPECT_TRUE(stopped);
    input.reset();
  }
  void Settle() { fixture.world.Advance(std::chrono::milliseconds(200)); }
  void Append(const std::string& path, const std::string& text) {
    std::ofstream(root + "/" + path, std::ios::binary | std::ios::app) << text;
  }
  void Rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(root + "/" + from, root + "/" + to);
  }
  void Truncate(const std::string& path, uint64_t size = 0) {
    std::filesystem::resize_file(root + "/" + path, size);
  }
  // The messages since the last call.
  std::vector<std::string> Messages() {
    std::vector<std::string> messages;
    for (const TestEvent& event : fixture.emitter.events()) {
      const std::string prefix = R"({"message":")";
      messages.push_back(
          event.record.starts_with(prefix)
              ? event.record.substr(prefix.size(), event.record.size() - prefix.size() - 2)
              : event.record);
    }
    fixture.emitter.Clear();
    return messages;
  }
  uint64_t Metric(const char* name) { return fixture.metrics.Sum(name); }

  TempFolder folder;
  const std::string& root = folder.path();
  ContextFixture fixture{ContextOptions{.id = "tail"}};
  std::unique_ptr<Input> input;
};

}  // namespace andon::tail
