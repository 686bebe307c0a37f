#include "core/journal/journal_reader.h"

#include <algorithm>
#include <utility>

#include "core/journal/compression.h"
#include "core/journal/recovery.h"
#include "core/journal/segment_scan.h"

namespace andon {
namespace {

bool HasSegments(const std::vector<DirectoryEntry>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const DirectoryEntry& entry) {
    return journal::SegmentNumber(entry.name) != 0;
  });
}

uint64_t WholePages(uint64_t bytes) { return bytes / journal::kPageBytes * journal::kPageBytes; }

// Whether the bytes are `count` whole entries.
bool AreEntries(Bytes untrusted, uint32_t count) {
  EntryValidator validator;
  uint32_t found = 0;
  while (!untrusted.empty()) {
    const EntryValidator::Progress progress = validator.Walk(untrusted);
    if (progress.bytes == 0 || progress.outcome == WalkOutcome::kInvalid) return false;
    found += progress.count;
    untrusted = untrusted.subspan(progress.bytes);
  }
  return found == count;
}

}  // namespace

Result<JournalReader> JournalReader::Open(FileSystem& files, const std::string& directory) {
  JournalReader reader(files, directory);
  auto entries = files.List(directory);
  if (!entries.ok()) return entries.status();
  if (!HasSegments(*entries)) {
    const std::string below = directory + "/journal";
    auto inner = files.List(below);
    if (!inner.ok() || !HasSegments(*inner)) return Unavailable(directory + ": no journal there");
    reader.directory_ = below;
    entries = std::move(inner);
  }
  RETURN_IF_ERROR(reader.FindSegments(*entries));
  reader.MarkBranches();
  RETURN_IF_ERROR(reader.FindEnds());
  return reader;
}

Result<std::unique_ptr<File>> JournalReader::OpenFile(const JournalSegment& segment) {
  return files_->Open(segment.path, {.mode = OpenMode::kRead, .direct = true});
}

Status JournalReader::FindSegments(const std::vector<DirectoryEntry>& entries) {
  for (const DirectoryEntry& entry : entries) {
    JournalSegment segment;
    segment.number = journal::SegmentNumber(entry.name);
    if (segment.number == 0) continue;
    segment.path = directory_ + "/" + entry.name;
    segment.stored.file_bytes = entry.size_bytes;
    RETURN_IF_ERROR(LoadHeader(segment));
    segments_.push_back(std::move(segment));
  }
  std::ranges::sort(segments_, {}, &JournalSegment::number);
  return OkStatus();
}

Status JournalReader::LoadHeader(JournalSegment& segment) {
  ASSIGN_OR_RETURN(const auto file, OpenFile(segment));
  auto header = journal::ReadHeader(*file, journal::SegmentName(segment.number));
  if (header.ok() && header->segment == segment.number) {
    segment.stored.header = *header;
    return OkStatus();
  }
  const bool corrupt = header.ok() || header.status().code() == StatusCode::kCorrupt;
  if (!corrupt) return header.status();
  auto rebuilt = journal::RebuildHeader(*file, segment.number, *pool_);
  if (rebuilt.ok()) {
    segment.stored.header = *rebuilt;
    segment.rebuilt = true;
  } else {
    segment.unusable = std::string(rebuilt.status().message());
  }
  return OkStatus();
}

// A segment that a failed write left behind is in nobody's line of predecessors.
void JournalReader::MarkBranches() {
  uint64_t wanted = 0;  // 0: the next one there is.
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (!segment->unusable.empty()) continue;
    if (wanted != 0 && segment->number > wanted) {
      segment->unusable = "given up after a failed write";
      continue;
    }
    wanted = segment->stored.header.predecessor;
  }
}

Status JournalReader::FindEnds() {
  const JournalSegment* next = nullptr;
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (!segment->unusable.empty()) continue;
    const JournalSegment* successor = std::exchange(next, &*segment);
    if (successor != nullptr && successor->stored.header.predecessor == segment->number) {
      segment->stored.end = successor->stored.header.predecessor_end;
      continue;
    }
    ASSIGN_OR_RETURN(const auto file, OpenFile(*segment));
    journal::PartReader reader(*file, segment->stored.header,
                               WholePages(segment->stored.file_bytes), pool_);
    segment->stored.end = journal::FindEnd(reader).end;
  }
  return OkStatus();
}

bool JournalReader::StillThere(const JournalSegment& segment) {
  auto file = OpenFile(segment);
  if (!file.ok()) return false;
  if (segment.rebuilt) return true;
  auto header = journal::ReadHeader(**file, journal::SegmentName(segment.number));
  return !header.ok() || header->salt == segment.stored.header.salt;
}

Status JournalReader::CheckSnapshot(const JournalSegment& segment) {
  ASSIGN_OR_RETURN(const auto file, OpenFile(segment));
  return journal::ReadHead(*file, journal::SegmentName(segment.number), *pool_).status();
}

Status JournalReader::Walk(const JournalSegment& segment, JournalVisitor& visitor) {
  auto file = OpenFile(segment);
  if (!file.ok()) return StillThere(segment) ? file.status() : OkStatus();
  journal::PartReader reader(**file, segment.stored.header, segment.stored.end, pool_);
  journal::SegmentScan scan(reader, 0);
  while (true) {
    const journal::SegmentScan::Step step = scan.Next();
    if (step.end) return OkStatus();
    if (!step.damaged.empty() && !StillThere(segment)) return OkStatus();
    for (const journal::DamagedRange& range : step.damaged) visitor.OnDamage(segment, range);
    if (step.part.has_value()) RETURN_IF_ERROR(VisitPart(segment, *step.part, visitor));
  }
}

Status JournalReader::VisitPart(const JournalSegment& segment, const journal::DiskPart& part,
                                JournalVisitor& visitor) {
  Status status;
  journal::ForEachRecord(part.records(), [&](const journal::StoredRecord& stored) {
    if (stored.kind() == journal::RecordKind::kDamaged) return true;
    JournalRecord record;
    record.segment = &segment;
    record.part_offset = part.header.offset;
    record.lane = part.header.lane;
    record.written = EventTimeFromNanoseconds(static_cast<int64_t>(part.header.wall_ns));
    record.stored = &stored;
    record.pin = part.block;
    if (stored.kind() == journal::RecordKind::kEvents && !LoadEntries(stored, &record)) {
      visitor.OnDamage(segment,
                       {part.header.offset, part.end(), "events are not what the record says"});
      return true;
    }
    status = visitor.OnRecord(record);
    return status.ok();
  });
  return status;
}

bool JournalReader::LoadEntries(const journal::StoredRecord& stored, JournalRecord* record) {
  record->entries = stored.entries();
  if (stored.compressed()) {
    // One allocation pins both: the record in its block, and what was unpacked.
    struct Unpacked {
      std::shared_ptr<const void> block;
      ByteBuffer plain;
    };
    auto unpacked = std::make_shared<Unpacked>();
    unpacked->block = record->pin;
    if (!journal::Decompress(stored.entries(), stored.header().plain_bytes, unpacked->plain)) {
      return false;
    }
    record->entries = unpacked->plain.bytes();
    record->pin = std::move(unpacked);
  }
  return AreEntries(record->entries, stored.count());
}

Result<journal::State> JournalReader::ReadState() {
  // From the newest whole snapshot on.
  for (size_t from = segments_.size(); from-- > 0;) {
    if (!segments_[from].unusable.empty() || segments_[from].rebuilt) continue;
    ASSIGN_OR_RETURN(const auto head_file, OpenFile(segments_[from]));
    auto head = journal::ReadHead(*head_file, journal::SegmentName(segments_[from].number), *pool_);
    if (!head.ok()) continue;
    journal::State state = std::move(head->snapshot);
    for (size_t i = from; i < segments_.size(); ++i) {
      if (!segments_[i].unusable.empty()) continue;
      ASSIGN_OR_RETURN(const auto file, OpenFile(segments_[i]));
      RETURN_IF_ERROR(journal::ReplaySegment(*file, segments_[i].stored, {pool_, nullptr}, state));
    }
    return state;
  }
  return Corrupt(directory_ + ": no segment has a whole snapshot");
}

}  // namespace andon
