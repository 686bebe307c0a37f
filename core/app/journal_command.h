// `andon journal list|dump|verify|adopt`: what is in a journal, andond running on it or not.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "core/app/event_selection.h"

namespace andon {

struct JournalOptionsLine {
  std::string directory = "/var/lib/andon";  // The data folder, or the journal itself.
  SelectionOptions selection;
  uint64_t segment = 0;    // dump: this one only; 0: all.
  bool positions = false;  // dump: what a record says of sources too.
  size_t width = 100;
};

// Each returns 0; 1 when there is damage; 2 when the journal cannot be read, or an option is wrong.

// Segments, outputs and how far each has got, sources.
int RunJournalList(const JournalOptionsLine& line, std::ostream& out, std::ostream& err);
// A line for each record.
int RunJournalDump(const JournalOptionsLine& line, std::ostream& out, std::ostream& err);
// A folder that was copied or moved to this machine may run here from now on.
int RunJournalAdopt(const JournalOptionsLine& line, std::ostream& out, std::ostream& err);
// Reads everything; each damaged range of bytes is a line on `err`.
int RunJournalVerify(const JournalOptionsLine& line, std::ostream& out, std::ostream& err);

}  // namespace andon
