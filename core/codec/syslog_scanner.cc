#include "core/codec/syslog_scanner.h"

#include "core/codec/time_scan.h"

namespace andon {
namespace {

// <PRI>: one to three digits, at most 191.
const char* TakePriority(std::string_view& text, int* priority) {
  constexpr const char* kMissing = "priority is missing: a syslog message begins with <0> to <191>";
  if (text.empty() || text[0] != '<') return kMissing;
  std::string_view rest = text.substr(1);
  int64_t value = 0;
  if (!TakeDigits(rest, 1, 3, &value) || rest.empty() || rest[0] != '>') return kMissing;
  if (value >= kSyslogPriorities) return "priority is more than 191";
  *priority = static_cast<int>(value);
  text = rest.substr(1);
  return nullptr;
}

std::string_view WithoutLineEnd(std::string_view text) {
  while (text.ends_with('\0')) text.remove_suffix(1);
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  return text;
}

// One to three digits and a space: RFC 5424's version. RFC 3164 has a time there.
bool HasVersion(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && digits < 4 && IsDigit(text[digits])) ++digits;
  return digits >= 1 && digits <= 3 && digits < text.size() && text[digits] == ' ';
}

}  // namespace

const char* SyslogScanner::Scan(std::string_view text, EventTime now, SyslogMessage* message) {
  text = WithoutLineEnd(text);
  if (options_.with_priority) {
    if (const char* why = TakePriority(text, &message->priority); why != nullptr) return why;
  }
  const bool is_5424 = options_.protocol == SyslogProtocol::kRfc5424 ||
                       (options_.protocol == SyslogProtocol::kAuto && HasVersion(text));
  return is_5424 ? ScanRfc5424(text, now, message) : ScanRfc3164(text, now, message);
}

void SyslogScanner::SetTime(const ClockFields& fields, std::string_view text, EventTime now,
                            SyslogMessage* message) {
  message->timestamp = text;
  message->has_time = fields.Resolve(clock_, now, &message->time);
}

}  // namespace andon
