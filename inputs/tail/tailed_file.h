// One file that is followed: its names, how far it has been read, and what marks that place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/time.h"
#include "core/event/tag.h"
#include "inputs/tail/line_splitter.h"
#include "inputs/tail/open_file.h"
#include "inputs/tail/position.h"
#include "inputs/tail/resume.h"

namespace andon::tail {

// Thread: worker. Reading never blocks for long; the descriptor may be closed and opened again as
// long as somebody can find the file.
class TailedFile {
 public:
  // `name` is the path under which it was found first: of its tag and its path field.
  TailedFile(FileId id, std::string name, const SplitOptions& split);

  FileId id() const { return id_; }
  const std::string& name() const { return name_; }

  // Opens the file where it is now, if its identity is still the same. False with errno set when it
  // is not to be found or not to be read.
  bool Open();
  // Looks for it without opening it. Empty with errno set: ENOENT when it is not there any more,
  // else nobody knows.
  std::optional<FileInfo> Find();
  void Close() { file_.Close(); }
  bool is_open() const { return file_.valid(); }
  // False when its inode has been given to another file.
  bool IsSame(const FileInfo& info) const;
  const OpenFile& file() const { return file_; }

  // Goes on where a position says, as far as the file is still what it was. Needs it open.
  ResumePoint ResumeAt(const TailPosition& position);
  // Begins at `offset`.
  void BeginAt(uint64_t offset);
  // Begins at the last line of the file that has no end yet.
  void BeginAtTail();

  enum class Outcome : uint8_t {
    kMore,       // The buffer was filled: read again.
    kEnd,        // All that is there now has been read.
    kRewritten,  // What was read before is not there any more: resume.
    kFailed,     // errno says why.
  };
  // One read into `buffer`, which is at least kLeastBuffer bytes; gives its lines to `sink`.
  static constexpr size_t kLeastBuffer = 4096;
  Outcome Read(std::span<char> buffer, LineSink& sink);
  // What has no end yet is an event as it is.
  void Flush(LineSink& sink);

  uint64_t read() const { return read_; }  // Offset behind what was read.
  uint64_t emitted() const { return splitter_.emitted(); }
  bool pending() const { return splitter_.pending(); }
  // For the journal: behind the last event that the sink was given.
  const TailPosition& position() const { return position_; }
  void Stamp(uint64_t boot, uint32_t seconds);

  // The owner's notes.
  std::string path;  // Where it is now, as far as is known.
  std::shared_ptr<const Tag> tag;
  std::optional<TailPosition> resume;  // Stored before this start, not looked at yet.
  bool queued = false;                 // Waits for its turn to be read.
  bool touched = false;                // Its position is emitted at the end of this turn.
  bool failed = false;                 // It could not be read: the next scan tries again.
  bool seen = false;                   // By the scan that runs.
  bool at_end = false;
  int watch = -1;
  uint64_t modified = 0;  // When it was looked at last.
  MonotonicTime last_read{};
  std::optional<MonotonicTime> leaving;  // Since then it is found under no name of the patterns.

 private:
  bool OpenAt(const std::string& there);
  void Remember(std::span<const char> bytes, uint64_t offset);
  void MarkHead();

  const FileId id_;
  const std::string name_;
  OpenFile file_;
  LineSplitter splitter_;
  uint64_t read_ = 0;
  std::string before_;  // The last bytes before read_: are they still the same?
  TailPosition position_;
};

}  // namespace andon::tail
