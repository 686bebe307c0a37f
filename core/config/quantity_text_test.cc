#include "core/config/quantity_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace andon {
namespace {

using namespace std::chrono_literals;

TEST(DurationTextTest, ReadsEveryUnitAndSumsOfThem) {
  const std::pair<const char*, Duration> kCases[] = {
      {"0", 0ns},
      {"5ns", 5ns},
      {"7us", 7us},
      {"300ms", 300ms},
      {"5s", 5s},
      {"10m", 10min},
      {"1h", 1h},
      {"7d", 168h},
      {"2w", 336h},
      {"1h30m", 90min},
      {"1.5s", 1500ms},
      {"0.25ms", 250us},
      {"1d12h0m1s", 36h + 1s},
      {"0s", 0ns},
      {"106751d", 106751 * 24h},
  };
  for (const auto& [text, wanted] : kCases) {
    const auto read = ParseDuration(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status().message();
    EXPECT_EQ(*read, wanted) << text;
  }
}

TEST(DurationTextTest, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> kCases[] = {
      {"5", R"(is "5"; the unit is missing)"},
      {"1h5", R"(is "1h5"; the unit is missing)"},
      {"", R"(is "")"},
      {"soon", R"(is "soon")"},
      {"5sec", R"("sec" is no unit; write s)"},
      {"5min", R"("min" is no unit; write m)"},
      {"5M", R"("M" is no unit; write m)"},
      {"5 s", R"(" s" is no unit; write it without the space)"},
      {"5x", R"("x" is no unit; units are ms, s, m, h, d, w)"},
      {"-5s", "it cannot be negative"},
      {"1.s", R"(is "1.s")"},
      {".5s", R"(is ".5s")"},
      {"300y", R"("y" is no unit)"},
      {"106752d", "longer than 292 years"},
      {"99999999999999999999s", R"(is "99999999999999999999s")"},
      {"9223372036s9999999999ns", "longer than 292 years"},
  };
  for (const auto& [text, wanted] : kCases) {
    const auto read = ParseDuration(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.status().code(), StatusCode::kInvalidConfig);
    EXPECT_EQ(read.status().message().substr(0, 22), "must be a duration suc") << text;
    EXPECT_NE(read.status().message().find(wanted), std::string::npos) << read.status().message();
  }
}

TEST(DurationTextTest, WritesWhatItReads) {
  for (const char* text : {"0", "5s", "300ms", "1h30m", "7us", "1ns", "10d", "2w", "1d1ms"}) {
    EXPECT_EQ(DurationText(*ParseDuration(text)), text);
  }
  EXPECT_EQ(DurationText(90s), "1m30s");
  EXPECT_EQ(DurationText(24h), "1d");
}

TEST(ByteSizeTextTest, ReadsPowersOf1000And1024) {
  const std::pair<const char*, uint64_t> kCases[] = {
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {"10kB", 10'000},
      {"10k", 10'000},
      {"10KB", 10'000},
      {"1KiB", 1024},
      {"64MiB", 67'108'864},
      {"64Mi", 67'108'864},
      {"3MB", 3'000'000},
      {"1.5GiB", 1'610'612'736},
      {"2TB", 2'000'000'000'000},
      {"1TiB", 1'099'511'627'776},
      {"0.5KiB", 512},
  };
  for (const auto& [text, wanted] : kCases) {
    const auto read = ParseByteSize(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status().message();
    EXPECT_EQ(*read, wanted) << text;
  }
}

TEST(ByteSizeTextTest, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> kCases[] = {
      {"8m", R"("m" is no unit; write MiB for powers of 1024, MB for powers of 1000)"},
      {"1gb", R"("gb" is no unit; write GiB)"},
      {"1kib", R"("kib" is no unit; write KiB for powers of 1024, kB for powers of 1000)"},
      {"64 MiB", R"(" MiB" is no unit; write it without the space)"},
      {"MiB", R"(is "MiB")"},
      {"-1", "it cannot be negative"},
      {"1.5", "bytes have no fractions"},
      {"0.5B", "bytes have no fractions"},
      {"9999999TiB", "larger than 8EiB"},
      {"99999999999999999999", R"(is "99999999999999999999")"},
      {"1e3", R"("e3" is no unit)"},
  };
  for (const auto& [text, wanted] : kCases) {
    const auto read = ParseByteSize(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_NE(read.status().message().find(wanted), std::string::npos) << read.status().message();
  }
}

TEST(ByteSizeTextTest, WritesTheLargestExactUnit) {
  EXPECT_EQ(ByteSizeText(uint64_t{64} << 20), "64MiB");
  EXPECT_EQ(ByteSizeText(uint64_t{4} << 30), "4GiB");
  EXPECT_EQ(ByteSizeText(10'000), "10kB");
  EXPECT_EQ(ByteSizeText(512), "512");
  EXPECT_EQ(ByteSizeText(0), "0");
  EXPECT_EQ(ByteSizeText(1025), "1025");
}

}  // namespace
}  // namespace andon
