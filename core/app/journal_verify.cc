#include <map>
#include <ostream>
#include <set>
#include <string>

#include "core/app/event_text.h"
#include "core/app/journal_command.h"
#include "core/app/journal_text.h"
#include "core/app/text_table.h"
#include "core/base/file.h"
#include "core/base/uuid.h"

namespace andon {
namespace {

// Counts, and finds what does not fit together.
class VerifyVisitor : public JournalVisitor {
 public:
  explicit VerifyVisitor(std::ostream& err) : err_(err) {}

  Status OnRecord(const JournalRecord& record) override {
    const journal::StoredRecord& stored = *record.stored;
    ++records_;
    if (stored.kind() != journal::RecordKind::kEvents || stored.count() == 0) return OkStatus();
    events_ += stored.count();
    bytes_ += record.entries.size();
    CheckNumbers(record);
    return OkStatus();
  }
  void OnDamage(const JournalSegment& segment, const journal::DamagedRange& range) override {
    ++damage_;
    damaged_bytes_ += range.end - range.first;
    for (auto& [lane, next] : next_) next.behind_damage = true;
    err_ << DamageText(segment, range) << "\n";
  }
  void Damage(const std::string& what) {
    ++damage_;
    err_ << what << "\n";
  }

  uint64_t damage() const { return damage_; }
  uint64_t damaged_bytes() const { return damaged_bytes_; }
  std::string Counts() const {
    return CountText(records_) + " records, " + CountText(events_) + " events, " +
           RoundedSizeText(bytes_) + " of entries, " + CountText(next_.size()) +
           (next_.size() == 1 ? " lane" : " lanes");
  }

 private:
  struct Next {
    Sequence sequence = 0;
    bool behind_damage = false;  // What is missing was in a range that has been named.
  };

  // A lane's numbers are dense; only what was freed before the first record may be missing.
  void CheckNumbers(const JournalRecord& record) {
    const journal::StoredRecord& stored = *record.stored;
    const auto [found, is_new] = next_.emplace(record.lane, Next{stored.first()});
    Next& next = found->second;
    if (!is_new && stored.first() != next.sequence) Gap(record, next);
    next = {stored.last() + 1};
  }
  void Gap(const JournalRecord& record, const Next& next) {
    const Sequence first = record.stored->first();
    const std::string lane = "lane " + ToString(record.lane);
    if (next.behind_damage && first > next.sequence) {
      err_ << record.segment->path << ": " << lane << ": events " << next.sequence << " to "
           << first - 1 << " were in what is damaged\n";
      return;
    }
    Damage(record.segment->path + ": part at " + std::to_string(record.part_offset) + ": " + lane +
           " goes on with " + std::to_string(first) + " instead of " +
           std::to_string(next.sequence));
  }

  std::ostream& err_;
  uint64_t records_ = 0;
  uint64_t events_ = 0;
  uint64_t bytes_ = 0;
  uint64_t damage_ = 0;
  uint64_t damaged_bytes_ = 0;
  std::map<LaneId, Next> next_;
};

// What can be said of a segment without its records.
Status CheckSegment(JournalReader& reader, const JournalSegment& segment, VerifyVisitor& visitor) {
  if (!segment.unusable.empty()) {
    visitor.Damage(segment.path + ": " + segment.unusable);
    return OkStatus();
  }
  const Status snapshot = reader.CheckSnapshot(segment);
  if (!snapshot.ok() && reader.StillThere(segment)) {
    visitor.Damage(segment.path + ": " + std::string(snapshot.message()));
  }
  return reader.Walk(segment, visitor);
}

// Segments between the first and the last that are not there.
void CheckChain(const JournalReader& reader, VerifyVisitor& visitor) {
  std::set<uint64_t> numbers;
  for (const JournalSegment& segment : reader.segments()) numbers.insert(segment.number);
  for (const JournalSegment& segment : reader.segments()) {
    const uint64_t before = segment.stored.header.predecessor;
    if (before == 0 || !segment.unusable.empty() || segment.number == *numbers.begin()) continue;
    if (numbers.contains(before)) continue;
    visitor.Damage(reader.directory() + ": segment " + std::to_string(before) + " is missing");
  }
}

}  // namespace

int RunJournalVerify(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return FailJournal(reader.status(), err);
  VerifyVisitor visitor(err);
  for (const JournalSegment& segment : reader->segments()) {
    const Status status = CheckSegment(*reader, segment, visitor);
    if (!status.ok()) return FailJournal(status, err);
  }
  CheckChain(*reader, visitor);
  out << reader->directory() << ": " << visitor.Counts() << "\n";
  if (visitor.damage() == 0) {
    out << reader->directory() << ": good\n";
    return 0;
  }
  err << reader->directory() << ": " << CountText(visitor.damage())
      << (visitor.damage() == 1 ? " damaged place, " : " damaged places, ")
      << CountText(visitor.damaged_bytes())
      << " bytes; andond steps over them and keeps a copy in quarantine\n";
  return kJournalDamaged;
}

}  // namespace andon
