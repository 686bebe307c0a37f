#include "core/app/journal_command.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <variant>
#include <vector>

#include "core/app/event_text.h"
#include "core/app/journal_reader.h"
#include "core/app/text_table.h"
#include "core/base/file.h"
#include "core/base/uuid.h"
#include "core/journal/home.h"

namespace andon {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr int kDamaged = 1;
constexpr int kUnreadable = 2;

int Fail(const Status& status, std::ostream& err) {
  err << "andon journal: " << status.message() << "\n";
  return kUnreadable;
}

EventTime Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EventTimeFromNanoseconds(std::chrono::duration_cast<Duration>(now).count());
}

// One line, whatever somebody has put in a name or a position.
std::string Printable(std::string_view text, size_t longest) {
  std::string shown(text.substr(0, longest));
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text.size() > longest ? shown + "..." : shown;
}

std::string BytesText(const JournalSegment& segment, const journal::DamagedRange& range) {
  return segment.path + ": bytes " + std::to_string(range.first) + " to " +
         std::to_string(range.end - 1) + ": " + range.reason;
}

void PrintSegments(const JournalReader& reader, std::ostream& out) {
  Rows rows = {{"segment", "begun", "used", "file", ""}};
  uint64_t file_bytes = 0;
  for (const JournalSegment& segment : reader.segments()) {
    file_bytes += segment.stored.file_bytes;
    const auto begun = static_cast<int64_t>(segment.stored.header.wall_ns);
    std::string note = segment.unusable;
    if (segment.rebuilt) note = "header is damaged";
    rows.push_back({std::to_string(segment.number),
                    begun == 0 ? "" : TimeText(EventTimeFromNanoseconds(begun)),
                    RoundedSizeText(segment.stored.end), RoundedSizeText(segment.stored.file_bytes),
                    note});
  }
  const size_t count = reader.segments().size();
  out << reader.directory() << ": " << CountText(count)
      << (count == 1 ? " segment, " : " segments, ") << RoundedSizeText(file_bytes) << "\n\n"
      << FormatTable(rows, 2, 200);
}

uint64_t Held(const journal::State& state, const journal::CursorState& cursor) {
  const auto routed = state.routed.find(cursor.number);
  const uint64_t all = routed == state.routed.end() ? 0 : routed->second;
  return all - std::min(all, cursor.ordinal + cursor.ahead);
}

void PrintOutputs(const journal::State& state, std::ostream& out) {
  Rows rows = {{"output", "held events", "next", "lost", ""}};
  for (const auto& [number, cursor] : state.cursors) {
    rows.push_back(
        {Printable(cursor.id, 64), CountText(Held(state, cursor)),
         std::to_string(cursor.resume.segment) + ":" + std::to_string(cursor.resume.offset),
         CountText(cursor.gap + cursor.damaged),
         cursor.absent_ns > 0 ? "not configured any more" : ""});
  }
  out << "\n";
  out << (rows.size() > 1 ? FormatTable(rows, 2, 200) : "  no outputs\n");
}

std::string ValueText(const journal::PositionState& position, size_t longest) {
  if (const auto* text = std::get_if<std::string>(&position.value)) {
    return Printable(*text, longest);
  }
  const auto& runs = std::get<RunSet>(position.value);
  std::string text = "1 to " + CountText(runs.watermark());
  if (!runs.above().empty()) {
    text += ", and " + CountText(runs.above().size()) + " runs up to " +
            CountText(runs.above().back().last);
  }
  return text;
}

void PrintSources(const journal::State& state, size_t width, std::ostream& out) {
  Rows rows = {{"source", "position"}};
  for (const auto& [source, position] : state.positions) {
    rows.push_back({Printable(source, 100), ValueText(position, width)});
  }
  out << "\n";
  out << (rows.size() > 1 ? FormatTable(rows, 2, 200) : "  no sources\n");
}

// A record as one line of words.
class DumpVisitor : public JournalVisitor {
 public:
  DumpVisitor(EventSelection selection, const JournalOptionsLine& line, std::ostream& out,
              std::ostream& err)
      : selection_(std::move(selection)), line_(line), out_(out), err_(err) {}

  Status OnRecord(const JournalRecord& record) override {
    const journal::StoredRecord& stored = *record.stored;
    const std::string place = std::to_string(record.segment->number) + ":" +
                              std::to_string(record.part_offset) + " " + TimeText(record.written);
    if (stored.kind() != journal::RecordKind::kEvents) {
      if (line_.selection.tag == "**") out_ << place << " " << KindText(stored.kind()) << "\n";
      return OkStatus();
    }
    if (stored.count() == 0 && line_.selection.tag == "**") {
      out_ << place << " " << ToString(record.lane) << " positions only\n";
    } else if (selection_.WantsTag(stored.tag()) && selection_.WantsAnyOf(stored.times())) {
      PrintEvents(place, record);
    } else {
      return OkStatus();
    }
    if (line_.positions) PrintPositions(stored);
    return OkStatus();
  }
  void OnDamage(const JournalSegment& segment, const journal::DamagedRange& range) override {
    damaged_ = true;
    err_ << BytesText(segment, range) << "\n";
  }
  bool damaged() const { return damaged_; }

 private:
  static const char* KindText(journal::RecordKind kind) {
    switch (kind) {
      case journal::RecordKind::kCursor:
        return "cursor";
      case journal::RecordKind::kCursorGone:
        return "cursor forgotten";
      case journal::RecordKind::kLaneClosed:
        return "lane closed";
      case journal::RecordKind::kOldest:
        return "segments freed";
      default:
        return "unknown";
    }
  }

  void PrintEvents(const std::string& place, const JournalRecord& record) {
    const journal::StoredRecord& stored = *record.stored;
    out_ << place << " " << ToString(record.lane) << " " << stored.first() << "-" << stored.last()
         << " " << Printable(stored.tag(), 200) << " events=" << stored.count()
         << " bytes=" << record.entries.size();
    if (stored.compressed()) out_ << " stored=" << stored.entries().size();
    out_ << " from=" << TimeText(stored.times().earliest)
         << " to=" << TimeText(stored.times().latest) << " outputs=";
    const char* comma = "";
    for (const uint32_t route : stored.routes()) {
      out_ << comma << route;
      comma = ",";
    }
    if (stored.routes().empty()) out_ << "none";
    if (!stored.origin().empty()) out_ << " origin=" << stored.origin().size();
    out_ << "\n";
  }

  void PrintPositions(const journal::StoredRecord& stored) {
    const auto decoded = journal::DecodePositions(stored.positions());
    if (!decoded.has_value()) return;
    for (const Position& position : decoded->positions) {
      out_ << "  " << Printable(position.source, 200) << " = ";
      if (position.kind == Position::Kind::kErase) {
        out_ << "gone\n";
      } else if (position.kind == Position::Kind::kRuns) {
        out_ << CountText(position.value.size()) << " bytes of runs\n";
      } else {
        out_ << Printable(AsText(position.value), 200) << "\n";
      }
    }
  }

  EventSelection selection_;
  const JournalOptionsLine& line_;
  std::ostream& out_;
  std::ostream& err_;
  bool damaged_ = false;
};

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
    err_ << BytesText(segment, range) << "\n";
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
  // A lane's numbers are dense; only what was freed before the first record may be missing.
  void CheckNumbers(const JournalRecord& record) {
    const journal::StoredRecord& stored = *record.stored;
    const auto [next, is_new] = next_.emplace(record.lane, stored.first());
    if (!is_new && stored.first() != next->second) {
      Damage(record.segment->path + ": part at " + std::to_string(record.part_offset) + ": lane " +
             ToString(record.lane) + " goes on with " + std::to_string(stored.first()) +
             " instead of " + std::to_string(next->second));
    }
    next->second = stored.last() + 1;
  }

  std::ostream& err_;
  uint64_t records_ = 0;
  uint64_t events_ = 0;
  uint64_t bytes_ = 0;
  uint64_t damage_ = 0;
  uint64_t damaged_bytes_ = 0;
  std::map<LaneId, Sequence> next_;
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

int RunJournalList(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return Fail(reader.status(), err);
  PrintSegments(*reader, out);
  const auto state = reader->ReadState();
  if (!state.ok()) return Fail(state.status(), err);
  PrintOutputs(*state, out);
  PrintSources(*state, line.width, out);
  return 0;
}

int RunJournalAdopt(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return Fail(reader.status(), err);
  const std::string directory = reader->directory();
  const auto lock = RealFileSystem().Lock(directory + "/lock");
  if (!lock.ok()) return Fail(lock.status(), err);
  const Status made = journal::MakeHome(RealFileSystem(), directory);
  if (!made.ok()) return Fail(made, err);
  out << directory << ": adopted; the folder that it was copied from must not run any more\n";
  return 0;
}

int RunJournalDump(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto selection = EventSelection::Make(line.selection, Now());
  if (!selection.ok()) return Fail(selection.status(), err);
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return Fail(reader.status(), err);
  DumpVisitor visitor(*std::move(selection), line, out, err);
  bool found = line.segment == 0;
  for (const JournalSegment& segment : reader->segments()) {
    if (line.segment != 0 && segment.number != line.segment) continue;
    found = true;
    if (!segment.unusable.empty()) continue;
    const Status status = reader->Walk(segment, visitor);
    if (!status.ok()) return Fail(status, err);
  }
  if (!found) return Fail(Rejected("there is no segment " + std::to_string(line.segment)), err);
  return visitor.damaged() ? kDamaged : 0;
}

int RunJournalVerify(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return Fail(reader.status(), err);
  VerifyVisitor visitor(err);
  for (const JournalSegment& segment : reader->segments()) {
    const Status status = CheckSegment(*reader, segment, visitor);
    if (!status.ok()) return Fail(status, err);
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
  return kDamaged;
}

}  // namespace andon
