#include "core/app/process_metrics.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <string>

namespace andon {
namespace {

using testing::HasSubstr;

double ValueOf(const std::string& name) {
  std::string text;
  AppendProcessMetrics(text);
  const size_t at = text.find("\n" + name + " ");
  EXPECT_NE(at, std::string::npos) << text;
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

TEST(ProcessMetricsTest, HasTheNamesAndTypesOfPrometheus) {
  std::string text;
  AppendProcessMetrics(text);
  EXPECT_THAT(text, HasSubstr("\nandon_build_info{version=\"" ANDON_VERSION "\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\n# TYPE process_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, HasSubstr("\n# TYPE process_resident_memory_bytes gauge\n"));
}

TEST(ProcessMetricsTest, CountsWhatTheProcessHasOpen) {
  const double before = ValueOf("process_open_fds");
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(ValueOf("process_open_fds"), before + 1);
  close(file);
  EXPECT_GE(ValueOf("process_max_fds"), before);
}

TEST(ProcessMetricsTest, GrowsWithWhatIsUsed) {
  const double resident = ValueOf("process_resident_memory_bytes");
  const std::string touched(size_t{64} << 20, 'x');
  EXPECT_GE(ValueOf("process_resident_memory_bytes"), resident + (48 << 20));
  EXPECT_EQ(touched.back(), 'x');
  EXPECT_GT(ValueOf("process_cpu_seconds_total"), 0);
}

TEST(ProcessMetricsTest, StartedAWhileAgo) {
  const double start = ValueOf("process_start_time_seconds");
  const auto now = static_cast<double>(time(nullptr));
  EXPECT_LE(start, now + 1);
  EXPECT_GE(start, now - 3600);
}

}  // namespace
}  // namespace andon
