#include "core/journal/catch_up.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace andon::journal {

namespace {
constexpr size_t kReadAtOnce = size_t{1} << 20;
// A sector that cannot be read so often, with the pauses between, is taken for damaged.
constexpr int kReadTries = 5;
}  // namespace

CatchUp::Found CatchUp::Read(StreamPosition from, const StreamPosition& end, uint64_t oldest) {
  Found found;
  found.end = from;
  if (from.segment < oldest) {
    found.dropped = true;
    found.end = from = {oldest, 0};
  }
  auto segment = segments_.all().lower_bound(from.segment);
  if (segment != segments_.all().end() && segment->first == from.segment &&
      from.offset >= segment->second.end) {
    ++segment;
  }
  if (segment == segments_.all().end()) {
    found.end = std::max(from, end);
    return found;
  }
  if (segment->first != from.segment) found.end = from = {segment->first, 0};
  switch (Open(from.segment)) {
    case Opened::kYes:
      break;
    case Opened::kGone:
      found.end = {from.segment, segment->second.end};
      return found;
    case Opened::kNotNow:
      found.failed = true;
      return found;
  }
  if (segment->second.end != reader_->limit()) reader_->SetLimit(segment->second.end);
  ReadParts(from.offset, found);
  return found;
}

void CatchUp::ReadParts(uint64_t offset, Found& found) {
  SegmentScan scan(*reader_, offset);
  size_t bytes = 0;
  while (bytes < kReadAtOnce) {
    const uint64_t before = scan.offset();
    const SegmentScan::Step step = scan.Next();
    if (MayBeReadLater()) {
      found.failed = found.parts.empty();
      found.end = {number_, before};
      return;
    }
    if (step.end) break;
    for (const DamagedRange& range : step.damaged) damage_.Report(number_, range, *file_);
    ReadPart(step, found);
    if (step.part.has_value()) bytes += step.part->bytes;
  }
  found.end = {number_, scan.offset()};
}

// A disk that comes back has lost nothing.
bool CatchUp::MayBeReadLater() {
  if (!reader_->TakeReadFailure()) {
    failed_reads_ = 0;
    return false;
  }
  if (++failed_reads_ > kReadTries) return false;
  LogWarn("journal", "segment cannot be read now, trying again",
          {{"segment", SegmentName(number_)}, {"failures", failed_reads_}});
  reader_.reset();
  return true;
}

void CatchUp::ReadPart(const SegmentScan::Step& step, Found& found) {
  if (!step.part.has_value()) return;
  const DiskPart& from = *step.part;
  StreamPart part;
  part.at = {number_, from.header.offset};
  part.end = {number_, from.end()};
  part.lane = from.header.lane;
  part.ordinals = segments_.all().at(number_).ordinals;
  if ((from.header.flags & PartHeader::kControl) == 0) {
    part.block = from.block;
    part.offset = from.offset + sizeof(PartHeader);
    part.bytes = from.bytes - sizeof(PartHeader);
  }
  found.parts.push_back(std::move(part));
}

CatchUp::Opened CatchUp::Open(uint64_t number) {
  if (number == number_ && reader_ != nullptr) return Opened::kYes;
  reader_.reset();
  file_.reset();
  Segment& segment = segments_.all().at(number);
  auto file =
      segments_.files().Open(segments_.PathOf(number), {.mode = OpenMode::kRead, .direct = true});
  if (!file.ok()) {
    LogError("journal", "segment cannot be opened", {{"reason", file.status().message()}});
    // Only what is known to be gone is given up: no descriptor or a busy disk passes.
    const auto entries = segments_.files().List(segments_.directory());
    const bool gone = entries.ok() && std::ranges::find(*entries, SegmentName(number),
                                                        &DirectoryEntry::name) == entries->end();
    if (!gone) return Opened::kNotNow;
    damage_.ReportMissing(number, number);
    return Opened::kGone;
  }
  file_ = *std::move(file);
  number_ = number;
  if (segment.ordinals == nullptr) {
    segment.ordinals = ReadOrdinals(*file_, SegmentName(number), *pool_);
    if (segment.ordinals == nullptr) {
      damage_.Report(number, {2 * kPageBytes, segment.header.data_begin(), "a damaged snapshot"},
                     *file_);
    }
  }
  reader_ = std::make_unique<PartReader>(*file_, segment.header, segment.end, pool_);
  return Opened::kYes;
}

}  // namespace andon::journal
