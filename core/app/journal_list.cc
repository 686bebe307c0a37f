#include <algorithm>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "core/app/event_text.h"
#include "core/app/journal_command.h"
#include "core/app/journal_text.h"
#include "core/app/text_table.h"
#include "core/base/file.h"
#include "core/config/quantity_text.h"
#include "core/journal/home.h"
#include "core/plugin/position_text.h"

namespace andon {
namespace {

using Rows = std::vector<std::vector<std::string>>;

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

// A clean end lets go of the outputs before the journal stops: that is no absence.
std::string AbsenceText(const journal::CursorState& cursor) {
  const Duration absent(cursor.absent_ns);
  if (absent < std::chrono::minutes(1)) return "";
  return "not configured for " +
         DurationText(std::chrono::duration_cast<std::chrono::minutes>(absent)) + " of running";
}

void PrintOutputs(const journal::State& state, std::ostream& out) {
  Rows rows = {{"output", "held events", "next", "lost", ""}};
  for (const auto& [number, cursor] : state.cursors) {
    rows.push_back(
        {Printable(cursor.id, 64), CountText(Held(state, cursor)),
         std::to_string(cursor.resume.segment) + ":" + std::to_string(cursor.resume.offset),
         CountText(cursor.gap + cursor.damaged), AbsenceText(cursor)});
  }
  out << "\n";
  out << (rows.size() > 1 ? FormatTable(rows, 2, 200) : "  no outputs\n");
}

std::string ValueText(std::string_view source, const journal::PositionState& position,
                      size_t longest) {
  if (const auto* text = std::get_if<std::string>(&position.value)) {
    return Printable(PositionText(source, *text).value_or(*text), longest);
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
    rows.push_back({Printable(source, 100), ValueText(source, position, width)});
  }
  out << "\n";
  out << (rows.size() > 1 ? FormatTable(rows, 2, 200) : "  no sources\n");
}

}  // namespace

int RunJournalList(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return FailJournal(reader.status(), err);
  PrintSegments(*reader, out);
  const auto state = reader->ReadState();
  if (!state.ok()) return FailJournal(state.status(), err);
  PrintOutputs(*state, out);
  PrintSources(*state, line.width, out);
  return 0;
}

int RunJournalAdopt(const JournalOptionsLine& line, std::ostream& out, std::ostream& err) {
  auto reader = JournalReader::Open(RealFileSystem(), line.directory);
  if (!reader.ok()) return FailJournal(reader.status(), err);
  const std::string directory = reader->directory();
  const auto lock = RealFileSystem().Lock(directory + "/lock");
  if (!lock.ok()) return FailJournal(lock.status(), err);
  const Status made = journal::MakeHome(RealFileSystem(), directory);
  if (!made.ok()) return FailJournal(made, err);
  out << directory << ": adopted; the folder that it was copied from must not run any more\n";
  return 0;
}

}  // namespace andon
