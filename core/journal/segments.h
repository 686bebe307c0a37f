// The files of a journal's folder: which segments there are, making the next one, and freeing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/journal/format.h"
#include "core/journal/stream.h"

namespace andon::journal {

struct Segment {
  SegmentHeader header;
  uint64_t file_bytes = 0;
  uint64_t end = 0;        // Bytes beyond it do not exist. Of the open one: what is durable.
  uint64_t closed_ns = 0;  // The journal's clock when it was closed.
  std::shared_ptr<const Ordinals> ordinals;  // Null: not read yet.

  uint64_t number() const { return header.segment; }
};

// Thread: journal.
class Segments {
 public:
  Segments(FileSystem& files, std::string directory, uint64_t segment_bytes)
      : files_(files), directory_(std::move(directory)), segment_bytes_(segment_bytes) {}

  std::string PathOf(uint64_t number) const { return directory_ + "/" + SegmentName(number); }
  const std::string& directory() const { return directory_; }
  FileSystem& files() { return files_; }

  std::map<uint64_t, Segment>& all() { return all_; }
  // Of all segments, and with the open one only as far as it is written; of spare files.
  uint64_t bytes() const;
  uint64_t used_bytes() const;
  uint64_t spare_bytes() const { return spares_.size() * segment_bytes_; }

  // A file for segment `number` with room for `capacity` bytes, out of a spare one when possible.
  // What is in it may be anything.
  Result<std::unique_ptr<File>> Create(uint64_t number, uint64_t capacity);
  // Makes a spare file, so that the next segment has its room for sure.
  Status MakeSpare();
  bool has_spare() const { return !spares_.empty(); }
  // Its bytes are not needed any more; `keep` it as a spare file.
  void Free(uint64_t number, bool keep);
  // Whether the segment's name still leads to this file. An error that passes says yes.
  bool IsThere(uint64_t number, File& file);
  // The folder may be gone, and spare files with it.
  Status MakeFolderAgain();
  // A file of that name that is no segment of this journal.
  void Discard(uint64_t number);
  // The same, and a crash does not bring it back.
  Status DiscardForGood(uint64_t number);
  // Spare files that are there from before.
  void FindSpares(const std::vector<DirectoryEntry>& entries);

 private:
  void RemoveSpares();
  std::string SparePath(uint64_t number) const;

  FileSystem& files_;
  const std::string directory_;
  const uint64_t segment_bytes_;
  std::map<uint64_t, Segment> all_;
  std::vector<uint64_t> spares_;
  uint64_t next_spare_ = 1;
};

}  // namespace andon::journal
