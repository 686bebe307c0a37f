// The file output itself: takes chunks one after the other, and answers them when they are durable.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin/formatter.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"
#include "outputs/file/compressor.h"
#include "outputs/file/file_set.h"
#include "outputs/file/packer.h"
#include "outputs/file/path_template.h"
#include "outputs/file/recovery.h"
#include "outputs/file/rotation.h"
#include "outputs/file/stager.h"

namespace andon::file_output {

enum class FileSync : uint8_t { kGroup, kOs };

struct FileOutputConfig {
  PathTemplate path;
  Factory<Formatter> format;
  TimeZone time_zone = TimeZone::kLocal;
  RotationConfig rotate;
  Compression compress = Compression::kNone;
  Duration close_after = std::chrono::minutes(1);
  bool append = true;
  FileCreation creation;
  uint32_t max_open_files = 256;
  FileSync sync = FileSync::kGroup;
  uint64_t page_cache_bytes = uint64_t{16} << 20;

  static Result<FileOutputConfig> Parse(const ConfigNode& node);
};

// What makes it exact: each chunk is written whole or cut back; it is answered after it is durable,
// together with a note of how long every file was then; and no byte goes to a file that no durable
// note names. At start every file of the note is cut back to its length. So a file holds what the
// cursor says, no more and no less, wherever the last run ended.
//
// Thread: output. Writes block this thread for as long as the disk does.
class FileOutput final : public Output {
 public:
  using Config = FileOutputConfig;
  explicit FileOutput(const Config& config);
  ~FileOutput() override;

  Result<OutputLimits> Prepare(OutputContext& context) override;
  void Start() override;
  void Write(Chunk chunk, WriteDone done) override;
  void Stop(UniqueFunction<void()> done) override;

 private:
  struct Task {
    Chunk chunk;
    WriteDone done;
    Staged staged;
    std::vector<std::pair<OutputFile*, OutputFile::Mark>> ends;  // After it was written.
  };
  struct Counters {
    Counter* written;
    Counter* cut;
    Counter* missing;
    Counter* rotated;
    Counter* compressed;
  };

  // One chunk after the other.
  void SchedulePump();
  void Pump();
  void Begin();
  bool Advance();
  Status OpenFiles(bool* must_note);
  Status OpenNew(OutputFile& file);
  Status FollowOthers(OutputFile& file);
  Status WriteFiles();
  void EndCurrent();
  void FailCurrent(const Status& status);

  // Many answers to one fdatasync.
  Status Commit();
  void Answer(Task task);
  FileNote MakeNote() const;
  void SaveNote(UniqueFunction<void(const Status&)> then);

  Status Recover();
  Status TakePacks(const std::vector<NotedPack>& packs);
  void Report(const RecoveredFile& file);

  // Rotation.
  struct Rotating {
    OutputFile* file;
    std::string name;
  };
  std::vector<OutputFile*> DueForRotation() const;
  bool BeginRotation(const std::vector<OutputFile*>& due);
  void FinishRotation(const Status& noted);
  Status PutAside(const OutputFile& file);

  // Closing and compression.
  bool IsOver(std::string_view path, std::string_view source) const;
  void Trim(bool close_old);
  void Closed(const OutputFile& file);
  void DropPack(std::string_view path);
  void PackNext();
  void Packed(const Status& status);
  void ScheduleUpkeep();
  void Upkeep();

  const Config config_;
  OutputContext* context_ = nullptr;
  Counters counters_{};
  std::unique_ptr<FileSet> files_;
  std::unique_ptr<Stager> stager_;
  std::unique_ptr<Rotation> rotation_;
  std::unique_ptr<Packer> packer_;
  std::unique_ptr<Timer> upkeep_;
  std::vector<Rotating> rotating_;
  std::deque<NotedPack> packs_;
  // Files that were closed and may be opened again: when they were begun.
  std::map<std::pair<uint64_t, uint64_t>, uint32_t> closed_;
  std::deque<Task> queue_;
  std::optional<Task> current_;
  std::vector<Task> unsynced_;
  bool recovered_ = false;
  bool saving_ = false;  // A note is on its way: nothing is answered meanwhile.
  bool stopped_ = false;
  bool pump_posted_ = false;
  std::shared_ptr<FileOutput*> self_;  // Null once this is gone.
};

}  // namespace andon::file_output
