// Which of a journal's events a command is for: by tag and by time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/event/chunk.h"
#include "core/event/tag_pattern.h"

namespace andon {

// `2026-11-21T13:12:19Z`, any other usual form of logs (the local zone where it names none),
// seconds since 1970 (nine digits or more), or a duration: so long before `now`.
Result<EventTime> ParseWhen(std::string_view text, EventTime now);

struct SelectionOptions {
  std::string tag = "**";
  std::string since;  // Empty: from the first.
  std::string until;  // Not included. Empty: to the last.
};

class EventSelection {
 public:
  // kInvalidConfig with what is wrong: `--since "soon" is no time: ...`.
  static Result<EventSelection> Make(const SelectionOptions& options, EventTime now);

  bool WantsTag(std::string_view tag) const { return tag_.Matches(tag); }
  bool WantsTime(EventTime time) const { return since_ <= time && time < until_; }
  // False when none of the events can be wanted.
  bool WantsAnyOf(const TimeRange& times) const {
    return since_ <= times.latest && times.earliest < until_;
  }
  // The wanted entries of `piece`, as few pieces as they make; borrows from it.
  std::vector<Piece> Select(const Piece& piece) const;

 private:
  TagPattern tag_;
  EventTime since_{};
  EventTime until_{UINT32_MAX, 999'999'999};
};

}  // namespace andon
