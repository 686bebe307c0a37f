// Which followed files have a descriptor, with a limit.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>

#include "core/base/time.h"
#include "inputs/tail/tailed_file.h"

namespace andon::tail {

// Thread: worker.
class OpenFiles {
 public:
  // At most half of what the process may have open.
  explicit OpenFiles(size_t limit);

  // As TailedFile::Open, after closing what was used longest ago. Files that are leaving are kept
  // open: nobody might find them again.
  bool Open(TailedFile& file);
  void Close(TailedFile& file);
  void Used(TailedFile& file);  // Was read just now.
  // Closes what was read to its end before `since` and is not leaving. Returns when the next one
  // was read, of those that are left; MonotonicTime::max() when there is none.
  MonotonicTime CloseIdle(MonotonicTime since);
  size_t size() const { return places_.size(); }

 private:
  void MakeRoom();

  const size_t limit_;
  std::list<TailedFile*> order_;  // Used longest ago first.
  std::unordered_map<TailedFile*, std::list<TailedFile*>::iterator> places_;
};

}  // namespace andon::tail
