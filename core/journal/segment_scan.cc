#include "core/journal/segment_scan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/crc32c.h"

namespace andon::journal {

namespace {

// Damaged lengths must not make us reserve memory without end.
constexpr uint64_t kMaxSnapshotBytes = uint64_t{1} << 30;

// Follows parts through their commits.
class CommitOrder {
 public:
  // Whether `header` is what comes next.
  bool Take(const PartHeader& header) {
    const bool fits =
        any_ ? header.part == next_part_ && (next_part_ == 0 || header.commit == commit_) : true;
    any_ = true;
    commit_ = header.commit;
    complete_ = (header.flags & PartHeader::kLast) != 0;
    next_part_ = complete_ ? 0 : header.part + 1;
    return fits;
  }
  bool complete() const { return complete_; }
  void Forget() { any_ = false; }

 private:
  bool any_ = false;
  bool complete_ = false;
  uint32_t next_part_ = 0;
  uint64_t commit_ = 0;
};

}  // namespace

Result<SegmentHeader> ReadHeader(File& file, const std::string& name) {
  Block pages(2 * kPageBytes);
  ASSIGN_OR_RETURN(const size_t came, file.ReadAt(0, {pages.data(), pages.capacity()}));
  return ReadSegmentHeader({pages.data(), came}, name);
}

Result<SegmentHead> ReadHead(File& file, const std::string& name, BlockPool& pool) {
  ASSIGN_OR_RETURN(const SegmentHeader header, ReadHeader(file, name));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (header.snapshot_bytes > kMaxSnapshotBytes || header.data_begin() > size) {
    return Corrupt("segment " + name + " is shorter than its snapshot");
  }
  const auto block = pool.Get(PageUp(header.snapshot_bytes));
  ASSIGN_OR_RETURN(const size_t came,
                   file.ReadAt(2 * kPageBytes, {block->data(), PageUp(header.snapshot_bytes)}));
  const Bytes snapshot(block->data(), header.snapshot_bytes);
  if (came < snapshot.size() ||
      (Crc32c(snapshot) ^ ChecksumMask(header.salt)) != header.snapshot_checksum) {
    return Corrupt("segment " + name + " has a damaged snapshot");
  }
  Result<State> state = DecodeState(snapshot);
  if (!state.ok()) return state.status().WithSubject("segment " + name);
  return SegmentHead{header, *std::move(state)};
}

std::shared_ptr<const Ordinals> ReadOrdinals(File& file, const std::string& name, BlockPool& pool) {
  const Result<SegmentHead> head = ReadHead(file, name, pool);
  return head.ok() ? std::make_shared<const Ordinals>(head->snapshot.routed) : nullptr;
}

Result<SegmentHeader> RebuildHeader(File& file, uint64_t number, BlockPool& pool) {
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  const auto block = pool.Get(kBlockBytes);
  for (uint64_t at = 0; at < size; at += kBlockBytes) {
    const size_t wanted = std::min<uint64_t>(kBlockBytes, PageUp(size - at));
    const Result<size_t> came = file.ReadAt(at, {block->data(), wanted});
    if (!came.ok()) continue;
    for (size_t page = 0; page + kPageBytes <= *came; page += kPageBytes) {
      PartHeader part;
      std::memcpy(&part, block->data() + page, sizeof part);
      SegmentHeader header;
      header.segment = number;
      header.salt = part.salt;
      const Bytes bytes(block->data() + page, sizeof part);
      if (ReadPartHeader(bytes, header, at + page).has_value()) return header;
    }
  }
  return Corrupt("segment " + SegmentName(number) + " has no header and no part");
}

SegmentEnd FindEnd(PartReader& reader) {
  const uint32_t mask = ChecksumMask(reader.segment().salt);
  CommitOrder order;
  SegmentEnd found{reader.segment().data_begin(), 0};
  uint64_t proved = 0;
  bool looked_ahead = false;
  for (uint64_t at = found.end;;) {
    auto part = reader.At(at);
    const bool good =
        part.has_value() && order.Take(part->header) && CheckRecords(*part, mask).empty();
    if (good) {
      found.proved = std::max(found.proved, part->header.durable);
      if ((part->header.flags & PartHeader::kSeal) != 0) return found;
      at = part->end();
      if (order.complete()) found.end = at;
      continue;
    }
    if (!looked_ahead) proved = reader.ProvedDurable(at + kPageBytes);
    looked_ahead = true;
    if (proved <= at) return found;
    at = reader.NextHeader(at + kPageBytes, proved);
    found.end = std::max(found.end, at);
    order.Forget();
  }
}

SegmentScan::SegmentScan(PartReader& reader, uint64_t offset)
    : reader_(reader), offset_(std::max(offset, reader.segment().data_begin())) {}

SegmentScan::Step SegmentScan::Next() {
  Step step;
  if (offset_ >= reader_.limit()) {
    step.end = true;
    return step;
  }
  step.part = reader_.At(offset_);
  if (!step.part.has_value()) {
    const uint64_t next = reader_.NextHeader(offset_ + kPageBytes, reader_.limit());
    step.damaged.push_back({offset_, next, "no part of the journal"});
    offset_ = next;
    return step;
  }
  step.damaged = CheckRecords(*step.part, ChecksumMask(reader_.segment().salt));
  offset_ = step.part->end();
  return step;
}

}  // namespace andon::journal
