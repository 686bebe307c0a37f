#include "core/kafka/log_line.h"

#include "core/base/log.h"

namespace andon::kafka {

namespace {

constexpr int kSyslogError = 3;
constexpr int kSyslogInfo = 6;

}  // namespace

void LogLine(std::string_view part, int syslog_level, const char* facility, const char* text) {
  LogLevel level = LogLevel::kDebug;
  if (syslog_level <= kSyslogInfo) level = LogLevel::kInfo;
  if (syslog_level <= kSyslogError) level = LogLevel::kWarn;
  Log(level, part, "librdkafka", {{"facility", facility}, {"text", text}});
}

}  // namespace andon::kafka
