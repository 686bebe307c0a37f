// andon's own log: one line an event, key=value or JSON, to stderr; rate-limited per message.
//
//   LogWarn("forward", "server does not answer", {{"server", address}, {"after", "30s"}});
//   time=2026-11-21T15:04:05.123Z level=warn part=forward msg="server does not answer" server=...
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/base/time.h"

namespace andon {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kKeyValue, kJson };

std::string_view LogLevelName(LogLevel level);  // debug, info, warn, error

struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <class T>
  requires std::is_arithmetic_v<T> LogField(std::string_view k, T v)
      : key(k), value(std::to_string(v)) {}
  std::string_view key;
  std::string value;
};

struct LogEvent {
  LogLevel level;
  EventTime time;
  std::string_view part;     // Which part of andon: a plugin's id, "journal", "supervisor".
  std::string_view message;  // A literal: what varies is in the fields; the rate limit's key.
  std::initializer_list<LogField> fields;
  uint64_t suppressed;  // How many of this message the rate limit held back since the last one.
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kKeyValue;
  uint32_t burst_per_message =
      10;  // So many of one (part, message) in `window`; then counted only.
  Duration window = std::chrono::seconds(10);
};

// Thread: any, but before other threads log.
void ConfigureLog(const LogOptions& options);

// Called for each event that is written, besides stderr, on the thread that logged; it must not log
// itself, nor block. The input andon_log uses it. Replaces the one before. Returns its number, for
// RemoveLogTap. Thread: any.
uint64_t SetLogTap(std::function<void(const LogEvent&)> tap);
// Waits for a call that is under way. Does nothing when another tap has replaced it.
void RemoveLogTap(uint64_t number);

// Thread: any.
void Log(LogLevel level, std::string_view part, std::string_view message,
         std::initializer_list<LogField> fields = {});
inline void LogDebug(std::string_view part, std::string_view message,
                     std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kDebug, part, message, fields);
}
inline void LogInfo(std::string_view part, std::string_view message,
                    std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, part, message, fields);
}
inline void LogWarn(std::string_view part, std::string_view message,
                    std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarn, part, message, fields);
}
inline void LogError(std::string_view part, std::string_view message,
                     std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, part, message, fields);
}

}  // namespace andon
