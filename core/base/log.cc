#include "core/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/log_format.h"
#include "core/base/log_limiter.h"
#include "core/base/mutex.h"

namespace andon {
namespace {

// What is below this level is not even looked at.
std::atomic<LogLevel> g_level{LogLevel::kInfo};
thread_local bool t_in_tap = false;

class Logger {
 public:
  void Configure(const LogOptions& options) {
    MutexLock lock(mutex_);
    format_ = options.format;
    limiter_.emplace(options.burst_per_message, options.window);
    g_level.store(options.level, std::memory_order_relaxed);
  }

  uint64_t SetTap(std::function<void(const LogEvent&)> tap) {
    // Waits for calls of the old one, so that its owner may go.
    MutexLock lock(tap_mutex_);
    tap_ = std::move(tap);
    return ++tap_number_;
  }
  void RemoveTap(uint64_t number) {
    MutexLock lock(tap_mutex_);
    if (number == tap_number_) tap_ = nullptr;
  }

  void Write(LogLevel level, std::string_view part, std::string_view message,
             std::initializer_list<LogField> fields) {
    const auto now = std::chrono::steady_clock::now();
    LogLimiter::Verdict verdict{};
    uint64_t forgotten = 0;
    LogFormat format{};
    {
      MutexLock lock(mutex_);
      if (!limiter_) limiter_.emplace(LogOptions{}.burst_per_message, LogOptions{}.window);
      verdict = limiter_->Admit(part, message, now);
      forgotten = limiter_->TakeForgotten();
      format = format_;
    }
    const EventTime time = EventTimeFromNanoseconds(
        std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
            .count());
    if (forgotten > 0) {
      Deliver({LogLevel::kWarn,
               time,
               "log",
               "too many kinds of messages, some were held back",
               {},
               forgotten},
              format);
    }
    if (verdict.write) Deliver({level, time, part, message, fields, verdict.suppressed}, format);
  }

 private:
  void Deliver(const LogEvent& event, LogFormat format) {
    std::string line;
    AppendLogLine(event, format, line);
    // One write(2) a line, so that lines of several threads do not mix. Where stderr is gone or
    // full there is nobody to tell.
    ssize_t wrote = 0;
    do {
      wrote = write(STDERR_FILENO, line.data(), line.size());
    } while (wrote < 0 && errno == EINTR);
    if (t_in_tap) return;  // A tap that logs would wait for itself.
    MutexLock lock(tap_mutex_);
    if (!tap_) return;
    t_in_tap = true;
    tap_(event);
    t_in_tap = false;
  }

  Mutex mutex_;
  LogFormat format_ GUARDED_BY(mutex_) = LogFormat::kKeyValue;
  std::optional<LogLimiter> limiter_ GUARDED_BY(mutex_);
  Mutex tap_mutex_;
  std::function<void(const LogEvent&)> tap_ GUARDED_BY(tap_mutex_);
  uint64_t tap_number_ GUARDED_BY(tap_mutex_) = 0;
};

// Never destroyed: threads may log while the process ends.
Logger& TheLogger() {
  static auto* const logger = new Logger;
  return *logger;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

void ConfigureLog(const LogOptions& options) { TheLogger().Configure(options); }

uint64_t SetLogTap(std::function<void(const LogEvent&)> tap) {
  return TheLogger().SetTap(std::move(tap));
}
void RemoveLogTap(uint64_t number) { TheLogger().RemoveTap(number); }

void Log(LogLevel level, std::string_view part, std::string_view message,
         std::initializer_list<LogField> fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  TheLogger().Write(level, part, message, fields);
}

}  // namespace andon
