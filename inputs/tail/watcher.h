// Says which files and folders have changed (inotify(7)).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"
#include "core/net/unique_fd.h"

namespace andon::tail {

struct WatchEvents {
  std::vector<int> changed;  // Watches of files that were written, cut, moved or removed.
  bool names = false;        // Names came or went: look at the folders.
  bool lost = false;         // More happened than the kernel could keep: look at everything.
};

// Thread: worker. Wakes its loop at most once in kPause, however often files are written.
class Watcher {
 public:
  static constexpr Duration kPause = std::chrono::milliseconds(10);

  // `matters` says whether a name in a watched folder is worth a look.
  Watcher(Loop& loop, std::function<bool(std::string_view)> matters,
          UniqueFunction<void(const WatchEvents&)> on_events);

  Status Open();
  // The watch, or -1 with errno set. The same file has the same watch, whatever its name.
  int AddFile(const std::string& path);
  void RemoveFile(int watch);
  // Watches these folders and no others. False when some could not be.
  bool SetFolders(const std::set<std::string>& folders);
  // False where changes may be made without this machine's kernel (network file systems).
  static bool Sees(const std::string& path);

 private:
  void OnReadable();
  void Drain();
  void Take(const char* bytes, size_t size, WatchEvents* events);

  Loop& loop_;
  const std::function<bool(std::string_view)> matters_;
  UniqueFunction<void(const WatchEvents&)> on_events_;
  UniqueFd fd_;
  std::map<std::string, int> folders_;
  std::set<int> folder_watches_;
  MonotonicTime drained_{};
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Timer> pause_;
};

}  // namespace andon::tail
