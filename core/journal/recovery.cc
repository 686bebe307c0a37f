#include "core/journal/recovery.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/log.h"
#include "core/journal/segment_scan.h"

namespace andon::journal {

namespace {

class Recovery {
 public:
  Recovery(Segments& segments, std::shared_ptr<BlockPool> pool, DamageLog& damage)
      : segments_(segments), pool_(std::move(pool)), damage_(damage) {}

  Result<Recovered> Run() {
    RETURN_IF_ERROR(FindFiles());
    RETURN_IF_ERROR(ReadHeads());
    DropBranches();
    RETURN_IF_ERROR(FindEnds());
    RETURN_IF_ERROR(Replay());
    ReportMissing();
    return std::move(recovered_);
  }

 private:
  struct Found {
    uint64_t number = 0;
    std::unique_ptr<File> file;
    bool has_header = false;
    Segment segment;
    std::optional<State> snapshot;
  };

  Status FindFiles();
  Status ReadHeads();
  bool LoadSnapshot(Found& found);
  bool HasParts(Found& found);
  bool Rebuild(Found& found);
  void DropBranches();
  Status FindEnds();
  Status Replay();
  void ReportSnapshot(Found& found);
  void ReportMissing();

  Segments& segments_;
  const std::shared_ptr<BlockPool> pool_;
  DamageLog& damage_;
  std::vector<Found> found_;
  Recovered recovered_;
};

Status Recovery::FindFiles() {
  ASSIGN_OR_RETURN(const auto entries, segments_.files().List(segments_.directory()));
  for (const DirectoryEntry& entry : entries) {
    const uint64_t number = SegmentNumber(entry.name);
    if (number == 0) continue;
    Found found;
    found.number = number;
    found.segment.file_bytes = entry.size_bytes;
    ASSIGN_OR_RETURN(found.file, segments_.files().Open(segments_.PathOf(number),
                                                        {.mode = OpenMode::kRead, .direct = true}));
    found_.push_back(std::move(found));
  }
  std::ranges::sort(found_, {}, &Found::number);
  if (!found_.empty()) recovered_.highest_number = found_.back().number;
  segments_.FindSpares(entries);
  return {};
}

Status Recovery::ReadHeads() {
  // A newer format is met before anything is changed.
  for (Found& found : found_) {
    Result<SegmentHeader> header = ReadHeader(*found.file, SegmentName(found.number));
    if (!header.ok() && header.status().code() != StatusCode::kCorrupt) return header.status();
    found.has_header = header.ok() && header->segment == found.number;
    if (found.has_header) found.segment.header = *header;
  }
  // A crash while a segment was begun leaves a file without a head and without parts.
  while (!found_.empty() && !LoadSnapshot(found_.back()) && !HasParts(found_.back())) {
    found_.back().file.reset();
    segments_.Discard(found_.back().number);
    found_.pop_back();
  }
  std::erase_if(found_, [this](Found& found) { return !found.has_header && !Rebuild(found); });
  return {};
}

bool Recovery::LoadSnapshot(Found& found) {
  if (!found.has_header) return false;
  if (found.snapshot.has_value()) return true;
  Result<SegmentHead> head = ReadHead(*found.file, SegmentName(found.number), *pool_);
  if (!head.ok()) return false;
  found.segment.ordinals = std::make_shared<const Ordinals>(head->snapshot.routed);
  found.snapshot = std::move(head->snapshot);
  return true;
}

bool Recovery::HasParts(Found& found) {
  if (!found.has_header) return Rebuild(found);
  const uint64_t limit = found.segment.file_bytes / kPageBytes * kPageBytes;
  PartReader reader(*found.file, found.segment.header, limit, pool_);
  return reader.NextHeader(found.segment.header.data_begin(), limit) < limit;
}

bool Recovery::Rebuild(Found& found) {
  const Result<SegmentHeader> header = RebuildHeader(*found.file, found.number, *pool_);
  if (header.ok()) {
    damage_.Report(found.number, {0, 2 * kPageBytes, "no header"}, *found.file);
    found.segment.header = *header;
    found.has_header = true;
    return true;
  }
  if (found.number != found_.back().number) {
    found.file.reset();
    const std::string name = SegmentName(found.number);
    damage_.MoveAway(segments_.PathOf(found.number), name, "no header and no part");
  }
  return false;
}

// Segments that a failed write left behind, and that were never acknowledged, are in nobody's
// line of predecessors.
void Recovery::DropBranches() {
  if (found_.empty()) return;
  std::vector<Found> line;
  uint64_t wanted = 0;  // 0: the next one there is.
  for (auto it = found_.rbegin(); it != found_.rend(); ++it) {
    if (wanted != 0 && it->number > wanted) {
      it->file.reset();
      segments_.Discard(it->number);
      continue;
    }
    wanted = it->segment.header.predecessor;
    line.push_back(std::move(*it));
  }
  std::ranges::reverse(line);
  found_ = std::move(line);
}

Status Recovery::FindEnds() {
  for (size_t i = 0; i < found_.size(); ++i) {
    Found& found = found_[i];
    const bool last = i + 1 == found_.size();
    const SegmentHeader* next = last ? nullptr : &found_[i + 1].segment.header;
    if (next != nullptr && next->predecessor == found.number) {
      found.segment.end = next->predecessor_end;
      continue;
    }
    PartReader reader(*found.file, found.segment.header,
                      found.segment.file_bytes / kPageBytes * kPageBytes, pool_);
    const SegmentEnd end = FindEnd(reader);
    found.segment.end = end.end;
    if (last) recovered_.proved = end.proved;
  }
  return {};
}

Status Recovery::Replay() {
  if (found_.empty()) return {};
  size_t from = found_.size() - 1;
  while (from > 0 && !LoadSnapshot(found_[from])) ReportSnapshot(found_[from--]);
  if (LoadSnapshot(found_[from])) {
    recovered_.state = std::move(*found_[from].snapshot);
  } else {
    ReportSnapshot(found_[from]);
  }
  State& state = recovered_.state;
  for (size_t i = from; i < found_.size(); ++i) {
    Found& found = found_[i];
    if (found.segment.ordinals == nullptr) {
      found.segment.ordinals = std::make_shared<const Ordinals>(state.routed);
    }
    RETURN_IF_ERROR(ReplaySegment(*found.file, found.segment, {pool_, &damage_}, state));
  }
  for (size_t i = 0; i < found_.size(); ++i) {
    const bool last = i + 1 == found_.size();
    found_[i].segment.closed_ns = last ? state.clock_ns : found_[i + 1].segment.header.clock_ns;
  }
  recovered_.newest = found_.back().number;
  for (Found& found : found_) segments_.all().emplace(found.number, std::move(found.segment));
  return {};
}

void Recovery::ReportSnapshot(Found& found) {
  const uint64_t end = found.segment.header.data_begin();
  if (end == 2 * kPageBytes) return;  // The header was lost already.
  damage_.Report(found.number, {2 * kPageBytes, end, "a damaged snapshot"}, *found.file);
}

void Recovery::ReportMissing() {
  uint64_t expected = recovered_.state.oldest;
  for (const auto& [number, segment] : segments_.all()) {
    const uint64_t predecessor = segment.header.predecessor;
    if (predecessor != 0 && predecessor >= expected && !segments_.all().contains(predecessor)) {
      damage_.ReportMissing(expected, predecessor);
    }
    expected = std::max(expected, number + 1);
  }
}

// Numbers of a lane that are not there were routed to anybody: everybody's cursor accounts for
// them.
void CountHole(const StoredRecord& record, const LaneId& id, State& state) {
  const auto lane = state.lanes.find(id);
  const Sequence last = lane == state.lanes.end() ? 0 : lane->second.last;
  if (record.count() == 0 || record.first() <= last + 1) return;
  for (auto& [cursor, routed] : state.routed) routed += record.first() - last - 1;
}

void ReplayPart(const DiskPart& part, uint64_t segment, State& state) {
  const PartHeader& header = part.header;
  state.clock_ns = std::max(state.clock_ns, header.clock_ns);
  const StreamPosition end{segment, part.end()};
  ForEachRecord(part.records(), [&](const StoredRecord& record) {
    if (record.kind() == RecordKind::kEvents) CountHole(record, header.lane, state);
    if (!ApplyRecord(record, header.lane, end, state)) {
      LogError("journal", "record makes no sense, ignored",
               {{"segment", SegmentName(segment)}, {"part_at", header.offset}});
    }
    return true;
  });
}

}  // namespace

Status ReplaySegment(File& file, const Segment& segment, const ReplayContext& context,
                     State& state) {
  PartReader reader(file, segment.header, segment.end, context.pool);
  SegmentScan scan(reader, 0);
  for (;;) {
    const SegmentScan::Step step = scan.Next();
    if (step.end) return {};
    for (const DamagedRange& range : step.damaged) {
      if (context.damage != nullptr) context.damage->Report(segment.number(), range, file);
    }
    if (step.part.has_value()) ReplayPart(*step.part, segment.number(), state);
  }
}

Result<Recovered> Recover(Segments& segments, std::shared_ptr<BlockPool> pool, DamageLog& damage) {
  return Recovery(segments, std::move(pool), damage).Run();
}

}  // namespace andon::journal
