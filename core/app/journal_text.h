// What the journal commands have in common.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/journal/journal_reader.h"

namespace andon {

// Exit statuses.
inline constexpr int kJournalDamaged = 1;
inline constexpr int kJournalUnreadable = 2;

// Says why on `err`; kJournalUnreadable.
int FailJournal(const Status& status, std::ostream& err);
// One line, whatever somebody has put in a name or a position.
std::string Printable(std::string_view text, size_t longest);
// "FILE: bytes FIRST to LAST: REASON"
std::string DamageText(const JournalSegment& segment, const journal::DamagedRange& range);

}  // namespace andon
