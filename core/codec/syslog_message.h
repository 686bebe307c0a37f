// One syslog message taken apart, borrowed from its text.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/time.h"

namespace andon {

struct SyslogMessage {
  int priority = -1;  // 8 * facility + severity, 0 to 191; -1 where the text has none.
  int facility() const { return priority >> 3; }
  int severity() const { return priority & 7; }

  bool has_time = false;       // Else the receiver's clock is all there is:
  EventTime time;              // no time was sent, or one that EventTime cannot hold.
  std::string_view timestamp;  // As sent; empty without.

  // Empty where the message does not say.
  std::string_view host;
  std::string_view ident;
  std::string_view pid;
  std::string_view msgid;
  std::string_view structured_data;  // With its brackets; well-formed.
  std::string_view message;
};

inline constexpr int kSyslogPriorities = 192;

// fluentd's names.
inline constexpr std::string_view kSyslogFacilities[] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "at",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
inline constexpr std::string_view kSyslogSeverities[] = {"emerg", "alert",  "crit", "err",
                                                         "warn",  "notice", "info", "debug"};
inline std::string_view SyslogFacilityName(int facility) { return kSyslogFacilities[facility]; }
inline std::string_view SyslogSeverityName(int severity) { return kSyslogSeverities[severity]; }

}  // namespace andon
