#include "core/journal/segment_writer.h"

#include <algorithm>
#include <cstring>

#include "core/base/crc32c.h"

namespace andon::journal {

namespace {

// Commits of several parts up to this size are gathered: one write costs less than two.
constexpr uint64_t kGatherBytes = uint64_t{256} << 10;

Bytes PaddedBytes(const CommitPart& part) {
  std::byte* begin = part.data.block->data() + part.data.begin;
  const size_t used = part.data.end - part.data.begin;
  std::memset(begin + used, 0, PageUp(used) - used);
  return {begin, PageUp(used)};
}

}  // namespace

SegmentWriter::SegmentWriter(std::unique_ptr<File> file, const SegmentHeader& header,
                             uint64_t capacity, SyncMode sync)
    : file_(std::move(file)), header_(header), capacity_(capacity), sync_(sync) {}

Status SegmentWriter::WriteHead(Bytes snapshot) {
  header_.snapshot_bytes = snapshot.size();
  header_.snapshot_checksum = Crc32c(snapshot) ^ mask();
  Block head(header_.data_begin());
  WriteSegmentHeader(header_, head.data());
  if (!snapshot.empty()) {
    std::memcpy(head.data() + 2 * kPageBytes, snapshot.data(), snapshot.size());
  }
  RETURN_IF_ERROR(file_->WriteAt(0, {head.data(), head.capacity()}, false));
  RETURN_IF_ERROR(file_->Sync());
  end_ = header_.data_begin();
  return {};
}

Status SegmentWriter::Write(std::span<CommitPart> parts, uint64_t wall_ns, uint64_t clock_ns) {
  FillHeaders(parts, wall_ns, clock_ns);
  const uint64_t end = parts.back().end.offset;
  const uint64_t bytes = end - end_;
  const bool gather = parts.size() > 1 && bytes <= kGatherBytes;
  RETURN_IF_ERROR(gather ? WriteTogether(parts, bytes) : WriteEach(parts));
  end_ = end;
  ++commits_;
  return {};
}

void SegmentWriter::FillHeaders(std::span<CommitPart> parts, uint64_t wall_ns, uint64_t clock_ns) {
  PartHeader header;
  header.salt = header_.salt;
  header.segment = header_.segment;
  header.commit = commits_ + 1;
  header.durable = sync_ == SyncMode::kGroup ? end_ : header_.data_begin();
  header.wall_ns = wall_ns;
  header.clock_ns = clock_ns;
  uint64_t at = end_;
  for (CommitPart& part : parts) {
    LanePart& data = part.data;
    ChangeMask(data.records(), data.mask, mask());
    data.mask = mask();
    const uint64_t bytes = data.end - data.begin;
    part.at = {header_.segment, at};
    part.end = {header_.segment, at + PageUp(bytes)};
    header.flags = &part == &parts.back() ? PartHeader::kLast : 0;
    if (part.lane == LaneId{}) header.flags |= PartHeader::kControl;
    header.offset = at;
    header.bytes = static_cast<uint32_t>(bytes);
    header.lane = part.lane;
    header.first = data.first;
    header.last = data.last;
    WritePartHeader(header, data.block->data() + data.begin);
    ++header.part;
    at = part.end.offset;
  }
}

Status SegmentWriter::WriteTogether(std::span<CommitPart> parts, uint64_t bytes) {
  if (staging_ == nullptr) staging_ = std::make_unique<Block>(kGatherBytes);
  std::byte* to = staging_->data();
  for (const CommitPart& part : parts) {
    const Bytes from = PaddedBytes(part);
    std::memcpy(to, from.data(), from.size());
    to += from.size();
  }
  return file_->WriteAt(end_, {staging_->data(), bytes}, sync_ == SyncMode::kGroup);
}

Status SegmentWriter::WriteEach(std::span<CommitPart> parts) {
  const bool durable = sync_ == SyncMode::kGroup;
  const bool at_once = durable && parts.size() == 1;
  for (const CommitPart& part : parts) {
    RETURN_IF_ERROR(file_->WriteAt(part.at.offset, PaddedBytes(part), at_once));
  }
  return durable && !at_once ? file_->Sync() : OkStatus();
}

Status SegmentWriter::MoveTo(std::unique_ptr<File> file) {
  Block block(kGatherBytes);
  for (uint64_t at = 0; at < end_;) {
    const size_t wanted = std::min<uint64_t>(block.capacity(), end_ - at);
    ASSIGN_OR_RETURN(const size_t came, file_->ReadAt(at, {block.data(), wanted}));
    if (came < wanted) return Corrupt("a part of it cannot be read any more");
    RETURN_IF_ERROR(file->WriteAt(at, {block.data(), wanted}, false));
    at += wanted;
  }
  RETURN_IF_ERROR(file->Sync());
  file_ = std::move(file);
  return {};
}

void SegmentWriter::Seal(uint64_t wall_ns, uint64_t clock_ns) {
  if (end_ + kPageBytes > capacity_) return;
  Block page(kPageBytes);
  PartHeader header;
  header.flags = PartHeader::kLast | PartHeader::kSeal;
  header.salt = header_.salt;
  header.segment = header_.segment;
  header.offset = end_;
  header.commit = commits_ + 1;
  header.bytes = sizeof header;
  header.durable = end_;
  header.first = 1;
  header.wall_ns = wall_ns;
  header.clock_ns = clock_ns;
  WritePartHeader(header, page.data());
  // Without it nothing is lost.
  static_cast<void>(file_->WriteAt(end_, {page.data(), kPageBytes}, false));
}

}  // namespace andon::journal
