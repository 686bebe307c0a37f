// Takes syslog messages apart: RFC 5424 by its grammar, RFC 3164 by what senders make of it. The
// texts that both must agree with are in test/conformance/syslog.
#pragma once

#include <string_view>
#include <utility>

#include "core/base/time.h"
#include "core/codec/clock_fields.h"
#include "core/codec/minute_cache.h"
#include "core/codec/structured_data.h"
#include "core/codec/syslog_message.h"
#include "core/codec/zone_clock.h"
#include "core/config/config_value.h"

namespace andon {

enum class SyslogProtocol : uint8_t { kAuto, kRfc3164, kRfc5424 };
template <>
struct EnumNames<SyslogProtocol> {
  static constexpr std::pair<std::string_view, SyslogProtocol> kNames[] = {
      {"auto", SyslogProtocol::kAuto},
      {"rfc3164", SyslogProtocol::kRfc3164},
      {"rfc5424", SyslogProtocol::kRfc5424}};
};

// RFC 5424 where it differs from the letter: one to nine digits of a fraction, a second 60, an
// offset that is missing or without its colon, characters beyond ASCII in names, parameters without
// quotes, an unescaped `]` within quotes. RFC 3164: one space or none behind the priority, month
// names in any case, a year before the time, fractions, times of RFC 3339, no host, no colon, and
// `ident[pid]:` without a time. Thread: the owner's.
class SyslogScanner {
 public:
  struct Options {
    SyslogProtocol protocol = SyslogProtocol::kAuto;
    bool with_priority = true;  // <PRI> in front.
    bool strict = true;         // RFC 5424's longest names, RFC 3164's time.
    TimeZone zone = TimeZone::Local();
  };
  explicit SyslogScanner(const Options& options) : options_(options), clock_(options.zone) {}

  // Null, or a literal that says why not. A line end behind the message (NUL, LF, CR LF) is no part
  // of it. `now` is the receiver's clock: it supplies the year. `*message` is fresh.
  const char* Scan(std::string_view text, EventTime now, SyslogMessage* message);
  // Of the message that was scanned last, where it has any.
  StructuredData& structured_data() { return structured_data_; }

 private:
  const char* ScanRfc5424(std::string_view text, EventTime now, SyslogMessage* message);
  const char* ScanRfc3164(std::string_view text, EventTime now, SyslogMessage* message);
  const char* TakeTimestamp5424(std::string_view& text, EventTime now, SyslogMessage* message);
  bool TakeTimestamp3164(std::string_view& text, EventTime now, SyslogMessage* message);
  bool TakeKnownMinute5424(std::string_view& text, SyslogMessage* message) const;
  bool TakeKnownMinute3164(std::string_view& text, EventTime now, SyslogMessage* message) const;
  void SetTime(const ClockFields& fields, std::string_view text, EventTime now,
               SyslogMessage* message);

  Options options_;
  ZoneClock clock_;
  MinuteCache<17> minute_5424_;  // "2026-11-21T13:12:", on the sender's clock.
  MinuteCache<13> minute_3164_;  // "Nov 21 13:12:", in UTC.
  StructuredData structured_data_;
  EventTime minute_3164_now_;  // When its year was supplied.
};

}  // namespace andon
