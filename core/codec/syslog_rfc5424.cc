// RFC 5424: <PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]
#include "core/base/utf8.h"
#include "core/codec/structured_data.h"
#include "core/codec/syslog_scanner.h"
#include "core/codec/time_scan.h"
#include "core/codec/time_text.h"

namespace andon {
namespace {

bool TakeSpace(std::string_view& text) {
  if (text.empty() || text[0] != ' ') return false;
  text.remove_prefix(1);
  return true;
}

// One word and the space behind it. Empty `word`: NILVALUE.
const char* TakeName(std::string_view& text, std::string_view* word) {
  size_t end = 0;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && text[end] != 0x7f) {
    ++end;
  }
  if (end == 0 || end == text.size() || text[end] != ' ') {
    return "a field of the RFC 5424 header is missing, or has a control character";
  }
  *word = end == 1 && text[0] == '-' ? std::string_view() : text.substr(0, end);
  text.remove_prefix(end + 1);
  return nullptr;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = Utf8CharacterSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// MSG: bytes of any kind, or a byte order mark and then UTF-8.
const char* ReadText(std::string_view text, std::string_view* message) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  *message = text;
  if (!text.starts_with(kMark)) return nullptr;
  message->remove_prefix(kMark.size());
  return IsUtf8(*message) ? nullptr : "the message has a byte order mark and is not UTF-8";
}

bool LongerThanAllowed(const SyslogMessage& message) {
  return message.host.size() > 255 || message.ident.size() > 48 || message.pid.size() > 128 ||
         message.msgid.size() > 32;
}

}  // namespace

const char* SyslogScanner::TakeTimestamp5424(std::string_view& text, EventTime now,
                                             SyslogMessage* message) {
  if (text.starts_with("- ")) {
    text.remove_prefix(2);
    return nullptr;
  }
  constexpr const char* kBad = "the RFC 5424 timestamp is none";
  const std::string_view begin = text;
  ClockFields fields;
  if (text.size() < 20 || text[10] != 'T' || !TakeIso8601(text, false, &fields)) return kBad;
  const std::string_view timestamp = begin.substr(0, begin.size() - text.size());
  if (!TakeSpace(text)) return kBad;
  SetTime(fields, timestamp, now, message);
  return nullptr;
}

const char* SyslogScanner::ScanRfc5424(std::string_view text, EventTime now,
                                       SyslogMessage* message) {
  int64_t version = 0;
  if (!TakeDigits(text, 1, 3, &version) || version == 0 || !TakeSpace(text)) {
    return "the RFC 5424 version is missing";
  }
  if (const char* why = TakeTimestamp5424(text, now, message); why != nullptr) return why;
  for (std::string_view* field :
       {&message->host, &message->ident, &message->pid, &message->msgid}) {
    if (const char* why = TakeName(text, field); why != nullptr) return why;
  }
  if (options_.strict && LongerThanAllowed(*message)) {
    return "a field of the header is longer than RFC 5424 allows: strict: false takes it";
  }
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  } else if (const char* why = TakeStructuredData(text, &message->structured_data);
             why != nullptr) {
    return why;
  }
  if (text.empty()) return nullptr;
  if (!TakeSpace(text)) return "there is no space behind the structured data";
  return ReadText(text, &message->message);
}

}  // namespace andon
