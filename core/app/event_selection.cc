#include "core/app/event_selection.h"

#include <utility>

#include "core/codec/time_reader.h"
#include "core/config/quantity_text.h"

namespace andon {
namespace {

// Digits of a time as seconds since 1970: less is a duration whose unit was forgotten.
constexpr size_t kShortestEpoch = 9;

Result<EventTime> ParseOption(const char* name, const std::string& text, EventTime now) {
  auto time = ParseWhen(text, now);
  if (time.ok()) return time;
  return time.status().WithSubject(std::string(name) + " \"" + text + "\"");
}

// The part of `piece` from its entry `skip` on, `count` entries long.
Piece Part(const Piece& piece, Bytes entries, uint32_t skip, uint32_t count) {
  Piece part = piece;
  part.entries = entries;
  part.count = count;
  part.first = piece.first + skip;
  return part;
}

}  // namespace

Result<EventTime> ParseWhen(std::string_view text, EventTime now) {
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits && !text.empty() && text != "0" && text.size() < kShortestEpoch) {
    return InvalidConfig("has no unit: write " + std::string(text) + "s, " + std::string(text) +
                         "m or " + std::string(text) + "h for so long ago");
  }
  const auto ago = ParseDuration(text);
  if (ago.ok()) return EventTimeFromNanoseconds(ToNanoseconds(now) - ago->count());
  TimeReader reader{TimeOptions()};
  EventTime time;
  if (reader.ReadText(text, now, &time)) return time;
  return InvalidConfig("is no time: write 2026-11-21T13:12:19Z, or 2h for two hours ago");
}

Result<EventSelection> EventSelection::Make(const SelectionOptions& options, EventTime now) {
  EventSelection selection;
  auto pattern = TagPattern::Parse(options.tag);
  if (!pattern.ok()) return pattern.status().WithSubject("--tag \"" + options.tag + "\"");
  selection.tag_ = *std::move(pattern);
  if (!options.since.empty()) {
    ASSIGN_OR_RETURN(selection.since_, ParseOption("--since", options.since, now));
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(selection.until_, ParseOption("--until", options.until, now));
  }
  if (selection.until_ <= selection.since_) {
    return InvalidConfig("--until is not later than --since: nothing lies between");
  }
  return selection;
}

std::vector<Piece> EventSelection::Select(const Piece& piece) const {
  std::vector<Piece> parts;
  if (!WantsTag(piece.tag->text()) || !WantsAnyOf(piece.times)) return parts;
  if (WantsTime(piece.times.earliest) && WantsTime(piece.times.latest)) return {piece};
  uint32_t index = 0;
  for (EntryIterator it(piece.entries); !it.done(); it.Next(), ++index) {
    if (!WantsTime(it->time)) continue;
    const bool neighbour =
        !parts.empty() && parts.back().first + parts.back().count == piece.first + index;
    if (!neighbour) {
      parts.push_back(Part(piece, it->bytes, index, 1));
      parts.back().times = TimeRange{};
      parts.back().times.Add(it->time);
      continue;
    }
    Piece& last = parts.back();
    last.entries = {last.entries.data(), last.entries.size() + it->bytes.size()};
    ++last.count;
    last.times.Add(it->time);
  }
  return parts;
}

}  // namespace andon
