// RFC 5424: <PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]
#include "core/base/utf8.h"
#include "core/codec/byte_scan.h"
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

// Empty: NILVALUE.
std::string_view WithoutNil(std::string_view word) {
  return word.size() == 1 && word[0] == '-' ? std::string_view() : word;
}

// One word and the space behind it.
const char* TakeName(std::string_view& text, std::string_view* word) {
  const size_t end = VisibleSize(text);
  if (end == 0 || end == text.size() || text[end] != ' ') {
    return "a field of the RFC 5424 header is missing, or has a control character";
  }
  *word = text.substr(0, end);
  text.remove_prefix(end + 1);
  return nullptr;
}

const char* TakeNames(std::string_view& text, SyslogMessage* message) {
  std::string_view names[4];
  if (!TakeNearWords(text, names)) {
    for (std::string_view& name : names) {
      if (const char* why = TakeName(text, &name); why != nullptr) return why;
    }
  }
  message->host = WithoutNil(names[0]);
  message->ident = WithoutNil(names[1]);
  message->pid = WithoutNil(names[2]);
  message->msgid = WithoutNil(names[3]);
  return nullptr;
}

// Z or +hh:mm, with something behind it. At least seven bytes are there.
bool TakeExactOffset(std::string_view& text, int* seconds) {
  if (text[0] == 'Z') {
    text.remove_prefix(1);
    return true;
  }
  const int hours = TwoDigits(text.data() + 1);
  const int minutes = TwoDigits(text.data() + 4);
  if ((text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  *seconds = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
  text.remove_prefix(6);
  return true;
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
  if (TakeKnownMinute5424(text, message)) return nullptr;
  constexpr const char* kBad = "the RFC 5424 timestamp is none";
  const std::string_view begin = text;
  ClockFields fields;
  if (text.size() < 20 || text[10] != 'T' || !TakeIso8601(text, false, &fields)) return kBad;
  const std::string_view timestamp = begin.substr(0, begin.size() - text.size());
  if (!TakeSpace(text)) return kBad;
  SetTime(fields, timestamp, now, message);
  if (message->has_time && fields.has_offset) {
    minute_5424_.Keep(timestamp, int64_t{message->time.seconds} + fields.offset - fields.second);
  }
  return nullptr;
}

// ss[.fraction]Z or ss[.fraction]+hh:mm behind the minute of the message before.
bool SyslogScanner::TakeKnownMinute5424(std::string_view& text, SyslogMessage* message) const {
  if (text.size() < 40 || !minute_5424_.Matches(text)) return false;
  std::string_view rest = text.substr(19);
  const int second = TwoDigits(text.data() + 17);
  int nanosecond = 0;
  if (second < 0 || second > 59) return false;
  if (rest[0] == '.') {
    rest.remove_prefix(1);
    if (!TakeFraction(rest, &nanosecond) || rest.size() < 7) return false;
  }
  int offset = 0;
  if (!TakeExactOffset(rest, &offset)) return false;
  const int64_t seconds = minute_5424_.begin() + second - offset;
  if (rest[0] != ' ' || seconds < 0 || seconds > UINT32_MAX) return false;
  message->timestamp = text.substr(0, text.size() - rest.size());
  message->time = {static_cast<uint32_t>(seconds), static_cast<uint32_t>(nanosecond)};
  message->has_time = true;
  text = rest.substr(1);
  return true;
}

const char* SyslogScanner::ScanRfc5424(std::string_view text, EventTime now,
                                       SyslogMessage* message) {
  int64_t version = 0;
  if (!TakeDigits(text, 1, 3, &version) || version == 0 || !TakeSpace(text)) {
    return "the RFC 5424 version is missing";
  }
  if (const char* why = TakeTimestamp5424(text, now, message); why != nullptr) return why;
  if (const char* why = TakeNames(text, message); why != nullptr) return why;
  if (options_.strict && LongerThanAllowed(*message)) {
    return "a field of the header is longer than RFC 5424 allows: strict: false takes it";
  }
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  } else if (const char* why = structured_data_.Take(text, &message->structured_data);
             why != nullptr) {
    return why;
  }
  if (text.empty()) return nullptr;
  if (!TakeSpace(text)) return "there is no space behind the structured data";
  return ReadText(text, &message->message);
}

}  // namespace andon
