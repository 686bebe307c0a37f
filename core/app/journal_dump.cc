#include <ostream>
#include <string>
#include <utility>

#include "core/app/event_text.h"
#include "core/app/journal_command.h"
#include "core/app/journal_text.h"
#include "core/base/file.h"
#include "core/plugin/position_text.h"

namespace andon {
namespace {

EventTime Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EventTimeFromNanoseconds(std::chrono::duration_cast<Duration>(now).count());
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
    err_ << DamageText(segment, range) << "\n";
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
        const std::string value(AsText(position.value));
        out_ << Printable(PositionText(position.source, value).value_or(value), 200) << "\n";
      }
    }
  }

  EventSelection selection_;
  const JournalOptionsLine& line_;
  std::ostream& out_;
  std::ostream& err_;
  bool damaged_ = false;
};

}  // namespace

int RunJournalDump(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto selection = EventSelection::Make(line.selection, Now());
  if (!selection.ok()) return FailJournal(selection.status(), err);
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return FailJournal(reader.status(), err);
  DumpVisitor visitor(*std::move(selection), line, out, err);
  bool found = line.segment == 0;
  for (const JournalSegment& segment : reader->segments()) {
    if (line.segment != 0 && segment.number != line.segment) continue;
    found = true;
    if (!segment.unusable.empty()) continue;
    const Status status = reader->Walk(segment, visitor);
    if (!status.ok()) return FailJournal(status, err);
  }
  if (!found)
    return FailJournal(Rejected("there is no segment " + std::to_string(line.segment)), err);
  return visitor.damaged() ? kJournalDamaged : 0;
}

}  // namespace andon
