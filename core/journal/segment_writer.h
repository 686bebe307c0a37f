// The open segment: its head, and commits one behind the other.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/file.h"
#include "core/journal/block.h"
#include "core/journal/commit.h"
#include "core/journal/format.h"
#include "core/journal/journal.h"

namespace andon::journal {

// Thread: journal.
class SegmentWriter {
 public:
  static constexpr uint64_t kReserveBytes = 4 * kPageBytes;
  // Nothing is written yet.
  SegmentWriter(std::unique_ptr<File> file, const SegmentHeader& header, uint64_t capacity,
                SyncMode sync);

  // The header twice and the snapshot, durable.
  Status WriteHead(Bytes snapshot);
  // All parts as one commit behind the last one; sets their places. Durable with sync: group. After
  // an error nothing more may be written: end() is where the segment ends.
  Status Write(std::span<CommitPart> parts, uint64_t wall_ns, uint64_t clock_ns);
  // Says that nothing follows. Not durable by itself, and not needed: the successor says so too.
  void Seal(uint64_t wall_ns, uint64_t clock_ns);
  File& file() { return *file_; }
  // Goes on in `file`, with all that is durable; after an error in the old one.
  Status MoveTo(std::unique_ptr<File> file);
  Status Sync() { return file_->Sync(); }
  Status Truncate() { return file_->Truncate(end_); }

  const SegmentHeader& header() const { return header_; }
  uint32_t mask() const { return ChecksumMask(header_.salt); }
  uint64_t end() const { return end_; }
  uint64_t capacity() const { return capacity_; }
  // With a reserve that only the journal's own records may use: while there is no room for
  // another segment, cursors still move, and that makes room.
  bool HasRoom(uint64_t bytes) const { return end_ + bytes + kReserveBytes <= capacity_; }
  bool HasRoomForControl(uint64_t bytes) const { return end_ + bytes <= capacity_; }
  int last_error() const { return file_->last_error(); }

 private:
  void FillHeaders(std::span<CommitPart> parts, uint64_t wall_ns, uint64_t clock_ns);
  Status WriteTogether(std::span<CommitPart> parts, uint64_t bytes);
  Status WriteEach(std::span<CommitPart> parts);

  std::unique_ptr<File> file_;
  SegmentHeader header_;
  const uint64_t capacity_;
  const SyncMode sync_;
  uint64_t end_ = 0;
  uint64_t commits_ = 0;
  std::unique_ptr<Block> staging_;
};

}  // namespace andon::journal
