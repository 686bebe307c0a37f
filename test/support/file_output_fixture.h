// A file output that writes lines into a folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/support/context_fixture.h"
#include "test/support/faulty_files.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon {

// Writes the field "n" as a line.
class LineFormatter final : public Formatter {
 public:
  using Config = NoOptions;
  explicit LineFormatter(const Config& /*config*/) {}
  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    out.Append(std::to_string(entry.record.Find("n")->AsInt().value_or(-1)) + "\n");
  }
};

inline const Register<Formatter, LineFormatter> kLine("test_n", "the field n, for tests");

inline TestEvent Numbered(std::string_view tag, int n, EventTime time = kTestTime) {
  return EventFromJson(tag, "{\"n\":" + std::to_string(n) + "}", time);
}

class FileOutputFixture : public testing::Test {
 protected:
  FileOutputFixture() {
    fixture.emplace(ContextOptions{.id = "f", .kind = "output", .files = &files});
    fixture->world.SetWallClock(kTestTime);
  }

  // `path` below the test's folder; more options may follow it.
  void Run(const std::string& path, const std::string& options = "") {
    output.reset();
    auto made = MakePlugin<Output>("file", "{path: '" + root + "/" + path +
                                               "', timezone: utc, format: test_n" +
                                               (options.empty() ? "" : ", " + options) + "}");
    ASSERT_THAT(made, IsOk());
    output = *std::move(made);
    ASSERT_THAT(output->Prepare(fixture->output()), IsOk());
    output->Start();
  }
  // As the flusher does: the answer's note is stored.
  void Write(const std::vector<TestEvent>& events) {
    const auto first = next;
    next += events.size();
    output->Write(MakeChunk(events, {.first = first}), [this](WriteResult result) {
      if (result.status.ok() && !result.note.empty()) fixture->output().note = result.note;
      results.push_back(std::move(result));
    });
  }
  void WriteAndWait(const std::vector<TestEvent>& events) {
    Write(events);
    fixture->world.RunUntilIdle();
  }
  std::string Read(const std::string& path) const {
    std::ifstream file(root + "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Put(const std::string& path, const std::string& text) const {
    std::ofstream(root + "/" + path, std::ios::binary | std::ios::app) << text;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) names.push_back(std::filesystem::relative(entry.path(), root));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string ReadGzip(const std::string& path) const {
    gzFile file = gzopen((root + "/" + path).c_str(), "rb");
    std::string text(1 << 20, '\0');
    text.resize(static_cast<size_t>(gzread(file, text.data(), 1 << 20)));
    gzclose(file);
    return text;
  }
  uint64_t Metric(const char* name) { return fixture->metrics.Sum(name); }

  TempFolder folder;
  const std::string& root = folder.path();
  FaultyFiles files;
  std::optional<ContextFixture> fixture;
  std::unique_ptr<Output> output;
  std::vector<WriteResult> results;
  Sequence next = 1;
};

}  // namespace andon
