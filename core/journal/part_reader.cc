#include "core/journal/part_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace andon::journal {

namespace {

constexpr size_t kReadBytes = kBlockBytes;

bool Good(Bytes rest, uint32_t mask, size_t* bytes) {
  const auto record = StoredRecord::Parse(rest);
  if (!record.has_value() || record->kind() == RecordKind::kDamaged) return false;
  *bytes = record->bytes();
  return record->ChecksumMatches(mask);
}

// How far to step over the bad record at the front: over itself when a good one follows, else over
// everything.
size_t DamagedBytes(Bytes rest, uint32_t mask) {
  RecordHeader header;
  if (rest.size() < sizeof header) return rest.size();
  std::memcpy(&header, rest.data(), sizeof header);
  if (header.bytes % 8 != 0 || header.bytes < sizeof header || header.bytes >= rest.size()) {
    return rest.size();
  }
  size_t next = 0;
  return Good(rest.subspan(header.bytes), mask, &next) ? header.bytes : rest.size();
}

}  // namespace

std::vector<DamagedRange> CheckRecords(DiskPart& part, uint32_t mask) {
  std::vector<DamagedRange> damaged;
  size_t at = sizeof(PartHeader);
  while (at < part.bytes) {
    std::byte* begin = part.block->data() + part.offset + at;
    const Bytes rest(begin, part.bytes - at);
    size_t bytes = 0;
    if (Good(rest, mask, &bytes)) {
      at += bytes;
      continue;
    }
    bytes = DamagedBytes(rest, mask);
    damaged.push_back({part.header.offset + at, part.header.offset + at + bytes,
                       "a record's checksum does not match"});
    if (bytes == rest.size()) {
      part.bytes = at;
      break;
    }
    RecordHeader header;
    header.bytes = static_cast<uint32_t>(bytes);
    header.kind = RecordKind::kDamaged;
    std::memcpy(begin, &header, sizeof header);
    at += bytes;
  }
  return damaged;
}

PartReader::PartReader(File& file, const SegmentHeader& segment, uint64_t limit,
                       std::shared_ptr<BlockPool> pool)
    : file_(file), segment_(segment), limit_(limit), pool_(std::move(pool)) {}

void PartReader::SetLimit(uint64_t limit) {
  limit_ = limit;
  // What was read near the old limit may be older than what is there now.
  block_.reset();
  begin_ = end_ = 0;
}

std::optional<DiskPart> PartReader::At(uint64_t offset) {
  const auto header = HeaderAt(offset);
  if (!header.has_value() || offset + header->bytes > limit_) return std::nullopt;
  if (!Buffer(offset, header->bytes)) return std::nullopt;
  DiskPart part;
  part.header = *header;
  part.block = block_;
  part.offset = offset - begin_;
  part.bytes = header->bytes;
  return part;
}

uint64_t PartReader::NextHeader(uint64_t from, uint64_t limit) {
  uint64_t at = PageUp(from);
  while (at < limit && !HeaderAt(at).has_value()) at += kPageBytes;
  return std::min(at, limit);
}

uint64_t PartReader::ProvedDurable(uint64_t from) {
  uint64_t proved = 0;
  for (uint64_t at = PageUp(from); at < limit_; at += kPageBytes) {
    const auto header = HeaderAt(at);
    if (header.has_value()) proved = std::max(proved, header->durable);
  }
  return proved;
}

std::optional<PartHeader> PartReader::HeaderAt(uint64_t offset) {
  if (!Buffer(offset, sizeof(PartHeader))) return std::nullopt;
  return ReadPartHeader({block_->data() + (offset - begin_), sizeof(PartHeader)}, segment_, offset);
}

bool PartReader::Buffer(uint64_t offset, size_t bytes) {
  if (offset >= begin_ && offset + bytes <= end_) return true;
  if (offset + bytes > limit_) return false;
  std::shared_ptr<Block> block = pool_->Get(std::max(PageUp(bytes), kReadBytes));
  size_t kept = 0;
  if (offset >= begin_ && offset < end_) {
    kept = end_ - offset;
    std::memcpy(block->data(), block_->data() + (offset - begin_), kept);
  }
  const uint64_t wanted =
      std::min<uint64_t>(block->capacity() - kept, PageUp(limit_) - (offset + kept));
  const size_t came = Fill(offset + kept, {block->data() + kept, wanted});
  block_ = std::move(block);
  begin_ = offset;
  // Whole pages: the next read goes on at one.
  end_ = offset + (kept + came) / kPageBytes * kPageBytes;
  const bool enough = offset + bytes <= end_;
  if (!enough) end_ = begin_;
  return enough;
}

size_t PartReader::Fill(uint64_t offset, std::span<std::byte> to) {
  Result<size_t> came = file_.ReadAt(offset, to);
  if (came.ok()) return *came;
  // One bad sector must not hide its neighbours.
  size_t filled = 0;
  for (; filled < to.size(); filled += kPageBytes) {
    const std::span<std::byte> page = to.subspan(filled, std::min(kPageBytes, to.size() - filled));
    came = file_.ReadAt(offset + filled, page);
    if (came.ok() && *came == 0) break;
    if (came.ok()) continue;
    std::memset(page.data(), 0, page.size());
    read_failed_ = true;
  }
  return std::min(filled, to.size());
}

}  // namespace andon::journal
