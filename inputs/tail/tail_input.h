// The input itself: finds files, reads them turn by turn, and follows what becomes of them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plugin/input.h"
#include "inputs/tail/file_reader.h"
#include "inputs/tail/file_watches.h"
#include "inputs/tail/open_files.h"
#include "inputs/tail/path_finder.h"
#include "inputs/tail/stored_positions.h"
#include "inputs/tail/tail_config.h"
#include "inputs/tail/tailed_file.h"
#include "inputs/tail/turn.h"

namespace andon::tail {

// Each file's position travels with its events: there is no other file that says how far it was
// read. A file is told from others by device, inode, birth and the hash of its head, so it may be
// renamed, cut, emptied or removed while andond runs or not.
//
// Thread: worker. Several workers divide the files by inode, so that a renamed file keeps its
// worker.
class TailInput final : public Input, private WatchHandler {
 public:
  using Config = TailConfig;
  explicit TailInput(const Config& config);
  ~TailInput() override;

  Status Prepare(InputContext& context) override;
  void Start(Emitter& emitter) override;
  void Pause() override { paused_ = true; }
  void Resume() override;
  void Stop(UniqueFunction<void()> done) override;

 private:
  // Finding.
  void Scan();
  void Meet(const FoundFile& found);
  TailedFile& Track(const FileId& id, const std::string& name, std::string path);
  void BeginNew(TailedFile& file);
  void Leave(TailedFile& file);
  void FollowRenamed();
  void SayUnmatched() const;
  void OnChanged(TailedFile& file) override { Queue(file); }
  void OnNames() override { ScheduleScan(kScanPause); }
  void OnLost() override;
  void OnPoll() override;
  void ScheduleScan(Duration wait);

  // Reading.
  void Queue(TailedFile& file);
  void ScheduleTurn();
  void RunTurn();
  void ReadFile(TailedFile& file, size_t slice);

  // What is due after a while.
  MonotonicTime DueOf(const TailedFile& file) const;
  void ScheduleChores(MonotonicTime due);
  void Chores();
  void FlushIdle(TailedFile& file);
  void Flush(TailedFile& file);
  void EndLeaving(TailedFile& file);
  void EndClosed(TailedFile& file);
  void End(TailedFile& file);
  void DropEnded();
  void Drop(const FileId& id);
  void EraseForgotten();

  // After a name came or went, before it is looked for.
  static constexpr Duration kScanPause = std::chrono::milliseconds(50);
  bool running() const { return emitter_ != nullptr; }

  const Config config_;
  const SplitOptions split_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;  // Null unless started and not stopped.
  bool paused_ = false;
  bool first_start_ = false;
  bool scanning_at_start_ = false;
  std::shared_ptr<const Tag> tag_;  // Of all files, when it does not depend on the path.
  Gauge* files_gauge_ = nullptr;

  PathFinder finder_;
  std::unique_ptr<StoredPositions> stored_;
  std::unordered_map<FileId, std::unique_ptr<TailedFile>, FileIdHash> files_;
  OpenFiles open_;
  std::unique_ptr<Turn> turn_;
  std::unique_ptr<FileWatches> watches_;
  std::unique_ptr<FileReader> reader_;

  std::deque<TailedFile*> ready_;
  std::vector<FileId> ended_;  // Read to their end and gone for good.
  bool turn_posted_ = false;

  std::unique_ptr<Timer> scan_;
  MonotonicTime scan_due_ = MonotonicTime::max();
  std::unique_ptr<Timer> chores_;
  MonotonicTime chores_due_ = MonotonicTime::max();
  std::shared_ptr<TailInput*> self_;  // Null once this is gone.
};

}  // namespace andon::tail
