#include "core/codec/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/codec/civil.h"
#include "core/codec/zone_rule.h"

namespace andon {
namespace {

TimeZone Zone(std::string_view text) {
  auto zone = TimeZone::Parse(text);
  EXPECT_TRUE(zone.ok()) << zone.status().message();
  return zone.ok() ? *zone : TimeZone();
}

int64_t At(CivilDate date, int hour, int minute = 0) {
  return DaysFromCivil(date) * kSecondsPerDay + int64_t{hour} * 3600 + int64_t{minute} * 60;
}

TEST(CivilTest, GoesFromDaysToDatesAndBackOverFourCenturies) {
  CivilDate date{1890, 1, 1};
  for (int64_t days = DaysFromCivil(date); days < DaysFromCivil({2310, 1, 1}); ++days) {
    const CivilDate found = CivilFromDays(days);
    ASSERT_EQ(found.year, date.year);
    ASSERT_EQ(found.month, date.month);
    ASSERT_EQ(found.day, date.day);
    ASSERT_EQ(DaysFromCivil(found), days);
    if (++date.day > DaysInMonth(date.year, date.month)) {
      date.day = 1;
      if (++date.month > 12) date = {date.year + 1, 1, 1};
    }
  }
  EXPECT_EQ(WeekdayFromDays(0), 4);   // A Thursday.
  EXPECT_EQ(WeekdayFromDays(-5), 6);  // The Saturday before.
}

TEST(TimeZoneTest, TakesOffsetsInAllSpellings) {
  EXPECT_EQ(Zone("+09:00").OffsetAt(0), 32400);
  EXPECT_EQ(Zone("-0330").OffsetAt(0), -12600);
  EXPECT_EQ(Zone("+9").OffsetAt(0), 32400);
  EXPECT_EQ(Zone("-11").OffsetAt(0), -39600);
  EXPECT_EQ(Zone("UTC").OffsetAt(0), 0);
  EXPECT_EQ(Zone("+09:00").ToUtc(32400), 0);
  for (const char* bad :
       {"+", "+24", "+09:60", "+123", "++9", "+9x", "Nowhere/City", "", "/etc/passwd", "../x"}) {
    EXPECT_FALSE(TimeZone::Parse(bad).ok()) << bad;
  }
}

TEST(TimeZoneTest, KnowsWhenClocksChange) {
  const TimeZone berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin.OffsetAt(At({2026, 3, 29}, 0, 59)), 3600);
  EXPECT_EQ(berlin.OffsetAt(At({2026, 3, 29}, 1, 0)), 7200);
  EXPECT_EQ(berlin.OffsetAt(At({2026, 10, 25}, 0, 59)), 7200);
  EXPECT_EQ(berlin.OffsetAt(At({2026, 10, 25}, 1, 0)), 3600);
  EXPECT_EQ(Zone("Asia/Tokyo").OffsetAt(At({2026, 6, 1}, 0)), 32400);
}

TEST(TimeZoneTest, GoesOnByTheRuleBehindTheLastKnownChange) {
  const TimeZone york = Zone("America/New_York");
  EXPECT_EQ(york.OffsetAt(At({2090, 7, 1}, 0)), -14400);
  EXPECT_EQ(york.OffsetAt(At({2090, 12, 1}, 0)), -18000);
  const TimeZone sydney = Zone("Australia/Sydney");  // Summer over New Year.
  EXPECT_EQ(sydney.OffsetAt(At({2090, 1, 1}, 0)), 39600);
  EXPECT_EQ(sydney.OffsetAt(At({2090, 7, 1}, 0)), 36000);
}

TEST(TimeZoneTest, TakesTheFirstOfTimesThatAreThereTwiceAndMovesThoseThatAreNot) {
  const TimeZone berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin.ToUtc(At({2026, 10, 25}, 2, 30)), At({2026, 10, 25}, 0, 30));
  EXPECT_EQ(berlin.ToUtc(At({2026, 3, 29}, 2, 30)), At({2026, 3, 29}, 1, 30));
  EXPECT_EQ(berlin.ToUtc(At({2026, 3, 29}, 3, 30)), At({2026, 3, 29}, 1, 30));
  EXPECT_EQ(berlin.ToUtc(At({2026, 3, 29}, 1, 30)), At({2026, 3, 29}, 0, 30));
  EXPECT_EQ(berlin.ToUtc(At({2026, 10, 25}, 3, 30)), At({2026, 10, 25}, 2, 30));
}

TEST(TimeZoneTest, GivesBackEveryHourOfAYear) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Asia/Kolkata", "America/St_Johns", "UTC"}) {
    const TimeZone zone = Zone(name);
    int twice = 0;
    for (int64_t utc = At({2026, 1, 1}, 0); utc < At({2027, 1, 1}, 0); utc += 1800) {
      if (zone.ToUtc(utc + zone.OffsetAt(utc)) != utc) ++twice;
    }
    EXPECT_LE(twice, 2) << name;  // The hour after the clock was put back.
  }
}

TEST(TimeZoneTest, RefusesDamagedFilesAndReadsNothingBeyondThem) {
  std::string file = *ReadFile(RealFileSystem(), "/usr/share/zoneinfo/Europe/Berlin");
  EXPECT_TRUE(TimeZone::FromTzif(AsBytes(file), "x").ok());
  const size_t footer = file.rfind("\nCET");
  for (size_t size = 0; size < footer; ++size) {
    const std::string part = file.substr(0, size);
    EXPECT_FALSE(TimeZone::FromTzif(AsBytes(part), "x").ok()) << size;
  }
  for (size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(~changed[i]);
    auto zone = TimeZone::FromTzif(AsBytes(changed), "x");
    if (zone.ok()) (void)zone->ToUtc(1'800'000'000);
  }
}

TEST(ZoneRuleTest, ReadsAllThreeKindsOfDays) {
  ZoneRule rule;
  ASSERT_TRUE(ZoneRule::Parse("<+0330>-3:30<+0430>,J79/24,J263/24", &rule));
  EXPECT_EQ(rule.standard, 12600);
  EXPECT_EQ(rule.summer, 16200);
  EXPECT_EQ(rule.begin.In(2024), At({2024, 3, 21}, 0));
  ASSERT_TRUE(ZoneRule::Parse("EST5EDT4,59/0,300/0", &rule));
  EXPECT_EQ(rule.begin.In(2024), At({2024, 2, 29}, 0));
  EXPECT_EQ(rule.OffsetAt(At({2024, 6, 1}, 0)), -14400);
  ASSERT_TRUE(ZoneRule::Parse("CET-1CEST,M3.5.0,M10.5.0/3", &rule));
  EXPECT_EQ(rule.begin.In(2026), At({2026, 3, 29}, 2));
  EXPECT_EQ(rule.end.In(2026), At({2026, 10, 25}, 3));
  for (const char* bad : {"", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M1.1.0",
                          "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1"}) {
    EXPECT_FALSE(ZoneRule::Parse(bad, &rule)) << bad;
  }
}

TEST(LocalTimeZoneTest, IsThere) { EXPECT_FALSE(TimeZone::Local().name().empty()); }

}  // namespace
}  // namespace andon
