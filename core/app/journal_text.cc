#include "core/app/journal_text.h"

#include <algorithm>
#include <ostream>

namespace andon {

int FailJournal(const Status& status, std::ostream& err) {
  err << "andon journal: " << status.message() << "\n";
  return kJournalUnreadable;
}

std::string Printable(std::string_view text, size_t longest) {
  std::string shown(text.substr(0, longest));
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text.size() > longest ? shown + "..." : shown;
}

std::string DamageText(const JournalSegment& segment, const journal::DamagedRange& range) {
  return segment.path + ": bytes " + std::to_string(range.first) + " to " +
         std::to_string(range.end - 1) + ": " + range.reason;
}

}  // namespace andon
