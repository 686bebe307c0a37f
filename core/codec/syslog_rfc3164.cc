// RFC 3164, which describes what senders did: <PRI>TIMESTAMP [HOST] [IDENT[PID]]: MESSAGE
#include "core/codec/syslog_scanner.h"
#include "core/codec/time_scan.h"
#include "core/codec/time_text.h"

namespace andon {
namespace {

void TakeSpaces(std::string_view& text) {
  size_t spaces = 0;
  while (spaces < text.size() && text[spaces] == ' ') ++spaces;
  text.remove_prefix(spaces);
}

// " 1", "11" or "1", after one space.
bool TakeDay(std::string_view& text, ClockFields* fields) {
  if (text.empty() || text[0] != ' ') return false;
  text.remove_prefix(1);
  const bool padded = !text.empty() && text[0] == ' ';
  if (padded) text.remove_prefix(1);
  int64_t day = 0;
  if (!TakeDigits(text, 1, padded ? 1 : 2, &day) || day < 1 || day > 31) return false;
  fields->day = static_cast<int>(day);
  return true;
}

// hh:mm:ss[.fraction]
bool TakeClock(std::string_view& text, ClockFields* fields) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  fields->hour = TwoDigits(text.data());
  fields->minute = TwoDigits(text.data() + 3);
  fields->second = TwoDigits(text.data() + 6);
  if ((fields->hour | fields->minute | fields->second) < 0) return false;
  if (fields->hour > 23 || fields->minute > 59 || fields->second > 60) return false;
  text.remove_prefix(8);
  if (text.size() < 2 || text[0] != '.' || !IsDigit(text[1])) return true;
  text.remove_prefix(1);
  return TakeFraction(text, &fields->nanosecond);
}

// Mmm dd [yyyy] hh:mm:ss[.fraction]
bool TakeOldTime(std::string_view& text, ClockFields* fields) {
  if (!TakeMonth(text, false, &fields->month) || !TakeDay(text, fields)) return false;
  if (text.size() < 9 || text[0] != ' ') return false;
  text.remove_prefix(1);
  if (text[4] == ' ') {
    if (!TakeDigits(text, 4, 4, &fields->year) || text.empty() || text[0] != ' ') return false;
    text.remove_prefix(1);
  }
  return TakeClock(text, fields);
}

// app[7]: as the first word: a sender that writes neither a time nor a host.
bool StartsWithIdentAndPid(std::string_view text) {
  const size_t open = text.find_first_of(" :[");
  if (open == 0 || open == std::string_view::npos || text[open] != '[') return false;
  const size_t close = text.find_first_of(" ]", open);
  return close != std::string_view::npos && close > open + 1 &&
         text.substr(close).starts_with("]:");
}

// [pid] at the front. Without an ident in front of it, only with a colon behind it.
void TakePid(std::string_view& text, SyslogMessage* message) {
  if (text.empty() || text[0] != '[') return;
  const size_t close = text.find(']');
  if (close == std::string_view::npos) return;
  if (message->ident.empty() && !text.substr(close + 1).starts_with(':')) return;
  message->pid = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
}

// IDENT[PID]: MESSAGE
void ReadIdentAndText(std::string_view text, SyslogMessage* message) {
  size_t end = text.find_first_of(" :[");
  if (end == std::string_view::npos) end = text.size();
  message->ident = text.substr(0, end);
  text.remove_prefix(end);
  TakePid(text, message);
  std::string_view behind = text;
  TakeSpaces(behind);
  const bool spaced_colon = behind == ":" || behind.starts_with(": ");
  if (text.starts_with(':')) {
    text.remove_prefix(1);
  } else if (spaced_colon) {
    text = behind.substr(1);
  }
  TakeSpaces(text);
  message->message = text;
}

}  // namespace

bool SyslogScanner::TakeTimestamp3164(std::string_view& text, EventTime now,
                                      SyslogMessage* message) {
  if (TakeKnownMinute3164(text, now, message)) return true;
  std::string_view rest = text;
  ClockFields fields;
  const bool is_iso = rest.size() >= 20 && rest[10] == 'T' && IsDigit(rest[0]);
  if (is_iso ? !TakeIso8601(rest, true, &fields) : !TakeOldTime(rest, &fields)) return false;
  const std::string_view timestamp = text.substr(0, text.size() - rest.size());
  if (!is_iso && rest.starts_with(':')) rest.remove_prefix(1);  // Cisco's.
  if (!rest.empty() && rest[0] != ' ') return false;
  if (fields.day > DaysInMonth(fields.year < 0 ? 2000 : fields.year, fields.month)) return false;
  SetTime(fields, timestamp, now, message);
  if (message->has_time && timestamp.size() == 15) {
    minute_3164_.Keep(timestamp, int64_t{message->time.seconds} - fields.second);
    minute_3164_now_ = now;
  }
  text = rest;
  return true;
}

// ss behind the minute of the message before.
bool SyslogScanner::TakeKnownMinute3164(std::string_view& text, EventTime now,
                                        SyslogMessage* message) const {
  if (text.size() < 16 || text[15] != ' ' || !minute_3164_.Matches(text)) return false;
  if (now.seconds - minute_3164_now_.seconds > 60) return false;  // Another year may be due.
  const int second = TwoDigits(text.data() + 13);
  const int64_t seconds = minute_3164_.begin() + second;
  if (second < 0 || second > 59 || seconds > UINT32_MAX) return false;
  message->timestamp = text.substr(0, 15);
  message->time = {static_cast<uint32_t>(seconds), 0};
  message->has_time = true;
  text.remove_prefix(15);
  return true;
}

const char* SyslogScanner::ScanRfc3164(std::string_view text, EventTime now,
                                       SyslogMessage* message) {
  const std::string_view all = text;
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (!TakeTimestamp3164(text, now, message)) {
    if (StartsWithIdentAndPid(text)) {
      ReadIdentAndText(text, message);
      return nullptr;
    }
    if (options_.strict) {
      return "the RFC 3164 timestamp is missing, or none (taken as text with strict: false)";
    }
    message->message = all;  // Section 4.3.2: all of it is the message, its time that of receipt.
    return nullptr;
  }
  TakeSpaces(text);
  const std::string_view word = text.substr(0, text.find(' '));
  // A first word with a colon at its end is the ident: local senders write no host. An IPv6 address
  // may end in two.
  const bool is_ident = word.ends_with(':') && word.size() > 1 && !word.ends_with("::");
  if (!is_ident) {
    message->host = word;
    text.remove_prefix(word.size());
    TakeSpaces(text);
  }
  ReadIdentAndText(text, message);
  return nullptr;
}

}  // namespace andon
