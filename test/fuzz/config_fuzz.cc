// Configuration files from anybody: whatever the bytes are, the result is a tree and problems with
// places, in bounded time and memory. What follows a line "#included" is the content of every file
// that is included or read by ${file:...}.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/file.h"
#include "core/config/config_node.h"
#include "core/config/config_reader.h"
#include "core/config/description.h"

namespace andon {
namespace {

constexpr std::string_view kDivider = "#included\n";

class OneText : public File {
 public:
  explicit OneText(std::string_view text) : text_(text) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> to) override {
    const size_t from = std::min(static_cast<size_t>(offset), text_.size());
    const size_t count = std::min(to.size(), text_.size() - from);
    if (count > 0) std::memcpy(to.data(), text_.data() + from, count);
    return count;
  }
  Status WriteAt(uint64_t, Bytes, bool) override { return Unavailable("read-only"); }
  Status Sync() override { return OkStatus(); }
  Status Truncate(uint64_t) override { return Unavailable("read-only"); }
  Status Allocate(uint64_t) override { return OkStatus(); }
  Result<uint64_t> Size() override { return uint64_t{text_.size()}; }
  Result<FileId> Id() override { return FileId{}; }
  int last_error() const override { return 0; }

 private:
  std::string_view text_;
};

// Every path is the same file, but "gone"; every folder holds two.
class OneTextFiles : public FileSystem {
 public:
  explicit OneTextFiles(std::string_view text) : text_(text) {}
  Result<std::unique_ptr<File>> Open(const std::string& path, const OpenOptions&) override {
    if (path.ends_with("gone")) return Unavailable("open " + path + ": gone");
    return std::unique_ptr<File>(std::make_unique<OneText>(text_));
  }
  Result<std::vector<DirectoryEntry>> List(const std::string&) override {
    return std::vector<DirectoryEntry>{{"a.yaml", 0}, {"b.yaml", 0}};
  }
  Status Rename(const std::string&, const std::string&) override { return Unavailable("no"); }
  Status Remove(const std::string&) override { return Unavailable("no"); }
  Status MakeDirectory(const std::string&, uint32_t) override { return Unavailable("no"); }
  Status SyncDirectory(const std::string&) override { return Unavailable("no"); }
  Result<uint64_t> FreeBytes(const std::string&) override { return Unavailable("no"); }
  Result<std::unique_ptr<File>> Lock(const std::string&) override { return Unavailable("no"); }

 private:
  std::string_view text_;
};

struct Part {
  std::string text;
  bool flag = false;
  int number = 0;
  double fraction = 0;
  Duration age = Duration::zero();
  ByteSize size;
  Secret secret;
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> pairs;
};

void ReadPart(ConfigReader& reader, Part* part) {
  reader.Required("type", &part->text, "text");
  reader.Optional("flag", &part->flag, "flag");
  reader.Optional("number", &part->number, "number");
  reader.Optional("fraction", &part->fraction, "fraction");
  reader.Optional("age", &part->age, "age");
  reader.Optional("size", &part->size, "size");
  reader.Optional("key", &part->secret, "key");
  reader.Optional("words", &part->words, "words");
  reader.Optional("pairs", &part->pairs, "pairs");
}

// Every problem has a place that exists.
void CheckProblems(const Config& config) {
  for (const Problem& problem : config.problems()) {
    CHECK(problem.mark.line >= 0 && problem.mark.column >= 0);
    CHECK(!problem.message.empty());
    CHECK(problem.message.find('\n') == std::string::npos);
  }
}

void ReadAll(std::string_view text, FileSystem* files) {
  LoadOptions options;
  options.files = files;
  options.environment = [](const char* name) { return name[0] == 'A' ? "value" : nullptr; };
  const auto config = Config::FromText(text, "/etc/andon/a.yaml", options);
  CheckProblems(*config);
  const std::string fingerprint = config->root().Fingerprint();

  ConfigReader reader(config->root());
  std::vector<Part> inputs;
  Part service;
  reader.List("inputs", &inputs, true, "inputs", ReadPart);
  reader.Section("service", true, "service",
                 [&service](ConfigReader& section) { ReadPart(section, &service); });
  const Status status = reader.Finish();
  CHECK(status.ok() || !config->ok());
  CheckProblems(*config);
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t divider = all.find(andon::kDivider);
  const std::string_view included =
      divider == std::string_view::npos ? "" : all.substr(divider + andon::kDivider.size());
  andon::OneTextFiles files(included);
  andon::ReadAll(all.substr(0, divider), &files);
  return 0;
}
