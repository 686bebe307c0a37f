// Reads parts from a segment's file with large reads, checks them, and finds the next one behind
// damage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/journal/block_pool.h"
#include "core/journal/format.h"
#include "core/journal/record.h"

namespace andon::journal {

// Bytes `first` to `end` - 1 of a segment that are not what was written.
struct DamagedRange {
  uint64_t first = 0;
  uint64_t end = 0;
  const char* reason = "";  // A literal.
};

// A part in memory. Pins its block.
struct DiskPart {
  PartHeader header;
  std::shared_ptr<Block> block;
  size_t offset = 0;  // Of the header in the block.
  size_t bytes = 0;   // Header and records.

  Bytes records() const {
    return {block->data() + offset + sizeof(PartHeader), bytes - sizeof(PartHeader)};
  }
  uint64_t end() const { return header.offset + PageUp(header.bytes); }
};

// Puts kDamaged in place of each record of `part` that is none, so that the rest can be walked, and
// says which bytes that were.
std::vector<DamagedRange> CheckRecords(DiskPart& part, uint32_t mask);

class PartReader {
 public:
  // Reads below `limit` only.
  PartReader(File& file, const SegmentHeader& segment, uint64_t limit,
             std::shared_ptr<BlockPool> pool);

  // The part whose header is at `offset`; empty when there is none, or not all of it. Its records
  // are not checked. What cannot be read is taken for zeros.
  std::optional<DiskPart> At(uint64_t offset);
  // The first place from `from` on that has a part's header; `limit` when there is none.
  uint64_t NextHeader(uint64_t from, uint64_t limit);
  // How much in front of `from` is proved to have been durable by parts behind it; 0: nothing.
  uint64_t ProvedDurable(uint64_t from);
  // Whether a read has failed since the last call: what looks damaged may only not be readable now.
  bool TakeReadFailure() { return std::exchange(read_failed_, false); }
  const SegmentHeader& segment() const { return segment_; }
  uint64_t limit() const { return limit_; }
  void SetLimit(uint64_t limit);

 private:
  // The header at `offset`, when its page can be had.
  std::optional<PartHeader> HeaderAt(uint64_t offset);
  // False when the file ends before.
  bool Buffer(uint64_t offset, size_t bytes);
  size_t Fill(uint64_t offset, std::span<std::byte> to);

  File& file_;
  const SegmentHeader segment_;
  uint64_t limit_;
  const std::shared_ptr<BlockPool> pool_;
  std::shared_ptr<Block> block_;
  uint64_t begin_ = 0;  // What is in the block.
  uint64_t end_ = 0;
  bool read_failed_ = false;
};

}  // namespace andon::journal
