// How far a file has been read: the value of its position in the journal, and its source's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon::tail {

// The bytes before `offset` had this hash (kWindowBytes of them, fewer at the file's beginning).
struct Checkpoint {
  uint64_t offset = 0;
  uint64_t hash = 0;
  bool operator==(const Checkpoint&) const = default;
};

// A few checkpoints, close together near the end and ever farther apart behind it.
class Checkpoints {
 public:
  static constexpr size_t kMost = 8;
  void Add(Checkpoint newest);  // Behind all others.
  void Clear() { points_.clear(); }
  void Restore(std::vector<Checkpoint> points) { points_ = std::move(points); }  // By offset.
  const std::vector<Checkpoint>& points() const { return points_; }              // By offset.
  bool operator==(const Checkpoints&) const = default;

 private:
  std::vector<Checkpoint> points_;
};

// Text, fields divided by tabs, the path last:
//   1  offset  head bytes  head hash  birth  boot  seconds  offset:hash,offset:hash...  path
struct TailPosition {
  uint64_t offset = 0;  // Behind the last event that was emitted.
  uint32_t head_bytes = 0;
  uint64_t head_hash = 0;
  uint64_t birth = 0;    // The inode's, in nanoseconds; 0: not known. Tells a reused inode.
  uint64_t boot = 0;     // Hash of the kernel's boot id when this was stored.
  uint32_t seconds = 0;  // When it was stored.
  Checkpoints checkpoints;
  std::string path;  // The name under which the file was found first.
  bool operator==(const TailPosition&) const = default;
};

std::string EncodePosition(const TailPosition& position);
Result<TailPosition> DecodePosition(std::string_view text);  // kCorrupt

// `tail:<input id>:<device>:<inode>`; and `tail:<input id>`, which says that the input has run
// before and has this value.
inline constexpr std::string_view kStartedValue = "1";
std::string StartedSource(std::string_view input_id);
std::string FileSource(std::string_view input_id, const FileId& file);
// The file of a source of that input.
std::optional<FileId> FileOfSource(std::string_view input_id, std::string_view source);

}  // namespace andon::tail
