#include "core/app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "core/base/file.h"
#include "core/metrics/exposition.h"

namespace andon {
namespace {

constexpr size_t kLongestLine = 4096;

void AppendOne(std::string_view name, std::string_view help, MetricType type,
               std::optional<double> value, std::string& text) {
  if (!value.has_value()) return;
  Gauge gauge;
  gauge.Set(*value);
  AppendFamilyHead(name, help, type, text);
  AppendMetric(name, {}, gauge, text);
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double Seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::optional<double> ProcessorSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

// The n-th word, from 0, of what follows the last `)`: a program's name may hold anything.
std::optional<double> NumberIn(const char* path, size_t word) {
  const auto line = ReadFile(RealFileSystem(), path, kLongestLine);
  if (!line.ok()) return std::nullopt;
  const size_t name_end = line->rfind(')');
  std::istringstream words(name_end == std::string::npos ? *line : line->substr(name_end + 1));
  std::string skipped;
  for (; word > 0; --word) words >> skipped;
  double number = 0;
  if (!(words >> number)) return std::nullopt;
  return number;
}

std::optional<double> ResidentBytes() {
  const auto pages = NumberIn("/proc/self/statm", 1);
  if (!pages.has_value()) return std::nullopt;
  return *pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> StartSeconds() {
  constexpr size_t kStartTime = 19;  // proc(5): field 22, the third follows the name.
  const auto ticks = NumberIn("/proc/self/stat", kStartTime);
  timespec wall{};
  timespec since_boot{};
  if (!ticks.has_value() || clock_gettime(CLOCK_REALTIME, &wall) != 0 ||
      clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) {
    return std::nullopt;
  }
  const double age = Seconds(since_boot) - *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  return Seconds(wall) - age;
}

std::optional<double> OpenFiles() {
  std::error_code failed;
  const std::filesystem::directory_iterator entries("/proc/self/fd", failed);
  if (failed) return std::nullopt;
  return static_cast<double>(std::distance(begin(entries), end(entries))) - 1;  // Less this one.
}

std::optional<double> MostFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void AppendProcessMetrics(std::string& text) {
  Gauge one;
  one.Set(1);
  AppendFamilyHead("andon_build_info", "1, labelled with the version that runs", MetricType::kGauge,
                   text);
  AppendMetric("andon_build_info", {{"version", ANDON_VERSION}}, one, text);
  AppendOne("process_cpu_seconds_total", "processor time, user and system", MetricType::kCounter,
            ProcessorSeconds(), text);
  AppendOne("process_resident_memory_bytes", "memory in use", MetricType::kGauge, ResidentBytes(),
            text);
  AppendOne("process_open_fds", "open files and sockets", MetricType::kGauge, OpenFiles(), text);
  AppendOne("process_max_fds", "how many may be open", MetricType::kGauge, MostFiles(), text);
  AppendOne("process_start_time_seconds", "since the epoch", MetricType::kGauge, StartSeconds(),
            text);
}

}  // namespace andon
