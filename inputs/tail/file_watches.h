// How changes of the followed files are noticed: by inotify, by looking at them, or both.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "core/plugin/input.h"
#include "inputs/tail/path_finder.h"
#include "inputs/tail/tail_config.h"
#include "inputs/tail/tailed_file.h"
#include "inputs/tail/watcher.h"

namespace andon::tail {

class WatchHandler {
 public:
  virtual ~WatchHandler() = default;
  virtual void OnChanged(TailedFile& file) = 0;
  virtual void OnNames() = 0;  // Names came or went.
  virtual void OnLost() = 0;   // Look at everything.
  virtual void OnPoll() = 0;   // It is time to look whether files have changed.
};

// Thread: worker.
class FileWatches {
 public:
  // `finder` says which names matter.
  FileWatches(const TailConfig& config, const PathFinder& finder, InputContext& context,
              WatchHandler& handler);

  // kUnavailable when only inotify is wanted and there is none.
  Status Open();
  // From here on the handler is called.
  void Start();
  // Whether only polling shows what has changed.
  bool polls_all() const { return watcher_ == nullptr; }

  // Also again: while a file was closed, its inode may have become another file's.
  void Add(TailedFile& file);
  void Remove(TailedFile& file);
  // Watches these folders and no others.
  void SetFolders(const std::set<std::string>& folders);

 private:
  void OnEvents(const WatchEvents& events);
  void PollToo();
  void SchedulePoll();

  const WatchMode mode_;
  const Duration poll_interval_;
  const PathFinder& finder_;
  InputContext& context_;
  WatchHandler& handler_;
  std::unique_ptr<Watcher> watcher_;
  std::unordered_map<int, TailedFile*> files_;
  bool polling_ = false;
  bool started_ = false;
  std::unique_ptr<Timer> poll_;
};

}  // namespace andon::tail
