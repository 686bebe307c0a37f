// The positions that the journal had when this input started, and those whose files are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/plugin/position_store.h"
#include "inputs/tail/open_file.h"
#include "inputs/tail/position.h"

namespace andon::tail {

struct FileIdHash {
  size_t operator()(const FileId& id) const {
    return (id.inode * 0x9e3779b97f4a7c15) ^ (id.device << 32 | id.device >> 32);
  }
};

// Thread: worker.
class StoredPositions {
 public:
  explicit StoredPositions(std::string input_id) : input_id_(std::move(input_id)) {}

  // Takes those of this worker's files; damaged ones are reported in the log.
  void Load(const PositionStore& store, int worker, int workers);
  // The worker that follows a file: the same under every name of it.
  static bool IsMine(const FileId& file, int worker, int workers);

  // The position of a file that was found, if there is one. Device numbers may change when the
  // machine starts again: then the same inode under the same name is meant, and the old source
  // is gone.
  std::optional<TailPosition> Take(const FileId& file, const std::string& path);
  // What nobody has taken.
  std::vector<std::pair<FileId, TailPosition>> TakeRest();

  // The file has left; its position is erased at `when`, if nobody follows the file then.
  void Forget(const FileId& file, MonotonicTime when) { gone_.insert({when, file}); }
  void Keep(const FileId& file);
  // Files whose positions are to be erased now.
  std::vector<FileId> TakeForgotten(MonotonicTime now);

 private:
  struct When {
    MonotonicTime time;
    FileId file;
    bool operator<(const When& other) const {
      if (time != other.time) return time < other.time;
      if (file.device != other.file.device) return file.device < other.file.device;
      return file.inode < other.file.inode;
    }
  };
  const std::string input_id_;
  std::unordered_map<FileId, TailPosition, FileIdHash> stored_;
  std::set<When> gone_;
};

}  // namespace andon::tail
