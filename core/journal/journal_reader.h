// Reads a journal's folder without changing it, whether andond runs on it or not. What andond is
// writing at this moment is not seen; what it frees meanwhile is passed over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"
#include "core/journal/block_pool.h"
#include "core/journal/part_reader.h"
#include "core/journal/record.h"
#include "core/journal/segments.h"
#include "core/journal/state.h"

namespace andon {

struct JournalSegment {
  uint64_t number = 0;
  std::string path;
  journal::Segment stored;  // Its header, the file's size, and where it ends.
  bool rebuilt = false;     // The header is damaged; what is known comes from the parts.
  std::string unusable;     // Why nothing can be read; or why it is not part of the journal.
};

struct JournalRecord {
  const JournalSegment* segment = nullptr;
  uint64_t part_offset = 0;
  LaneId lane;
  EventTime written;
  const journal::StoredRecord* stored = nullptr;
  Bytes entries;                    // Plain and validated.
  std::shared_ptr<const void> pin;  // Keeps `stored` and `entries`.
};

class JournalVisitor {
 public:
  virtual ~JournalVisitor() = default;
  // Events and the journal's own records. An error ends the walk and is its result.
  virtual Status OnRecord(const JournalRecord& record) = 0;
  virtual void OnDamage(const JournalSegment& segment, const journal::DamagedRange& range) = 0;
};

class JournalReader {
 public:
  // `directory`: of the journal, or the data folder that it stands in. kUnavailable: there is none,
  // or it cannot be read. kRejected: a newer format.
  static Result<JournalReader> Open(FileSystem& files, const std::string& directory);

  const std::string& directory() const { return directory_; }
  // From the oldest on.
  const std::vector<JournalSegment>& segments() const { return segments_; }

  Status Walk(const JournalSegment& segment, JournalVisitor& visitor);
  // Lanes, cursors and positions as of the end. kCorrupt when no segment has a whole snapshot.
  Result<journal::State> ReadState();
  // Checks the segment's snapshot. kCorrupt.
  Status CheckSnapshot(const JournalSegment& segment);
  // False when andond has freed the segment since.
  bool StillThere(const JournalSegment& segment);

 private:
  JournalReader(FileSystem& files, std::string directory)
      : files_(&files),
        directory_(std::move(directory)),
        pool_(std::make_shared<journal::BlockPool>(4)) {}
  Result<std::unique_ptr<File>> OpenFile(const JournalSegment& segment);
  Status FindSegments(const std::vector<DirectoryEntry>& entries);
  Status LoadHeader(JournalSegment& segment);
  void MarkBranches();
  Status FindEnds();
  Status VisitPart(const JournalSegment& segment, const journal::DiskPart& part,
                   JournalVisitor& visitor);
  // False when they are not what the record says.
  bool LoadEntries(const journal::StoredRecord& stored, JournalRecord* record);

  FileSystem* files_;
  std::string directory_;
  std::shared_ptr<journal::BlockPool> pool_;
  std::vector<JournalSegment> segments_;
};

}  // namespace andon
