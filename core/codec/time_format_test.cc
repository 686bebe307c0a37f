#include "core/codec/time_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/codec/time_reader.h"

namespace andon {
namespace {

constexpr EventTime kNow{1'795'266'739, 0};  // 2026-11-21T13:12:19Z

TimeFormat Format(std::string_view text) {
  auto format = TimeFormat::Compile(text);
  EXPECT_TRUE(format.ok()) << format.status().message();
  return format.ok() ? *format : TimeFormat();
}

// The time as ISO 8601 in UTC, or "none".
std::string Read(std::string_view format, std::string_view text, std::string_view zone = "UTC",
                 EventTime now = kNow) {
  ZoneClock clock(*TimeZone::Parse(zone));
  ClockFields fields;
  EventTime time;
  if (!Format(format).Read(text, &fields) || !fields.Resolve(clock, now, &time)) return "none";
  ZoneClock utc{TimeZone()};
  ByteBuffer out;
  TimeFormat().Write(time, utc, out);
  return std::string(out.text());
}

std::string Written(std::string_view format, EventTime time, std::string_view zone = "UTC") {
  ZoneClock clock(*TimeZone::Parse(zone));
  ByteBuffer out;
  Format(format).Write(time, clock, out);
  return std::string(out.text());
}

std::string ErrorOf(std::string_view format) {
  auto compiled = TimeFormat::Compile(format);
  EXPECT_FALSE(compiled.ok()) << format;
  return std::string(compiled.status().message());
}

TEST(TimeFormatTest, ReadsWhatApacheWrites) {
  EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S %z", "21/Nov/2026:22:12:19 +0900"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S %z", "21/NOV/2026:22:12:19 +0900"), "2026-11-21T13:12:19Z");
}

TEST(TimeFormatTest, ReadsFractionsToTheNanosecond) {
  EXPECT_EQ(Read("%F %T.%N", "2026-11-21 13:12:19.123456789"), "2026-11-21T13:12:19.123456789Z");
  EXPECT_EQ(Read("%F %T.%L", "2026-11-21 13:12:19.5"), "2026-11-21T13:12:19.500Z");
  EXPECT_EQ(Read("%F %T.%3N", "2026-11-21 13:12:19.123"), "2026-11-21T13:12:19.123Z");
  EXPECT_EQ(Read("%Y%m%d%H%M%S%3N%z", "20261121131219123+0100"), "2026-11-21T12:12:19.123Z");
  EXPECT_EQ(Read("%H%M%S%3N%d%m%Y", "13121912321112026"), "2026-11-21T13:12:19.123Z");
  EXPECT_EQ(Read("%F %T.%N", "2026-11-21 13:12:19.1234567891"), "2026-11-21T13:12:19.123456789Z");
}

TEST(TimeFormatTest, ReadsEveryDirective) {
  EXPECT_EQ(Read("%A, %d %B %y %I:%M:%S %p %Z", "Saturday, 21 November 26 01:12:19 PM GMT"),
            "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("%a %e %h %Y %l:%M %P", "sat  1 nov 2026 12:30 am"), "2026-11-01T00:30:00Z");
  EXPECT_EQ(Read("%j %Y %k", "325 2026  9"), "2026-11-21T09:00:00Z");
  EXPECT_EQ(Read("%s", "1795266739"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("%Q", "1795266739250"), "2026-11-21T13:12:19.250Z");
  EXPECT_EQ(Read("%D %R %u%%", "11/21/26 13:12 6%"), "2026-11-21T13:12:00Z");
  EXPECT_EQ(Read("%c", "Sat Nov 21 13:12:19 2026"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("%v %r", "21-Nov-2026 01:12:19 pm"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("%+", "Sat Nov 21 08:12:19 EST 2026"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("[%F%n%T]", "[2026-11-21 \t 13:12:19]"), "2026-11-21T13:12:19Z");
}

TEST(TimeFormatTest, RefusesNonsense) {
  for (const char* text : {"", "2026-13-01 00:00:00", "2026-02-30 00:00:00", "2026-11-21 24:00:00",
                           "2026-11-21 13:60:00", "2026-11-21 13:00:61", "2026-11-21 13:12:19x",
                           "2026-11-21", "x2026-11-21 13:12:19", "2026-1a-21 13:12:19",
                           "1969-12-31 23:59:59", "2106-02-07 06:28:16"}) {
    EXPECT_EQ(Read("%Y-%m-%d %H:%M:%S", text), "none") << text;
  }
  EXPECT_EQ(Read("%Y-%m-%d %H:%M:%S", "2106-02-07 06:28:15"), "2106-02-07T06:28:15Z");
  EXPECT_EQ(Read("%j %Y", "366 2026"), "none");
  EXPECT_EQ(Read("%F %T %z", "2026-11-21 13:12:19 +24:00"), "none");
}

TEST(TimeFormatTest, TakesTheZoneWhereTheTextNamesNone) {
  EXPECT_EQ(Read("%F %T", "2026-11-21 13:12:19", "+09:00"), "2026-11-21T04:12:19Z");
  EXPECT_EQ(Read("%F %T", "2026-07-21 13:12:19", "Europe/Berlin"), "2026-07-21T11:12:19Z");
  EXPECT_EQ(Read("%F %T %z", "2026-11-21 13:12:19 Z", "+09:00"), "2026-11-21T13:12:19Z");
}

TEST(TimeFormatTest, SuppliesTheYearAcrossNewYear) {
  const EventTime old_year{1'798'761'590, 0};  // 2026-12-31T23:59:50Z
  const EventTime new_year{1'798'761'610, 0};  // 2027-01-01T00:00:10Z
  EXPECT_EQ(Read("%b %d %T", "Jan  1 00:00:05", "UTC", old_year), "2027-01-01T00:00:05Z");
  EXPECT_EQ(Read("%b %d %T", "Dec 31 23:59:58", "UTC", new_year), "2026-12-31T23:59:58Z");
  EXPECT_EQ(Read("%b %d %T", "Dec 31 23:59:58", "UTC", old_year), "2026-12-31T23:59:58Z");
  EXPECT_EQ(Read("%b %d %T", "Mar  1 00:00:00", "UTC", old_year), "2026-03-01T00:00:00Z");
  EXPECT_EQ(Read("%b %d %T", "Jan 20 00:00:00", "UTC", old_year), "2026-01-20T00:00:00Z");
  EXPECT_EQ(Read("%b %d %T", "Feb 29 00:00:00", "UTC", old_year), "2024-02-29T00:00:00Z");
  EXPECT_EQ(Read("%b %d %T", "Feb 30 00:00:00", "UTC", old_year), "none");
  // New Year comes nine hours earlier in Tokyo.
  EXPECT_EQ(Read("%b %d %T", "Jan  1 08:59:50", "+09:00", old_year), "2026-12-31T23:59:50Z");
}

TEST(TimeFormatTest, SuppliesTheDateAndTheRest) {
  EXPECT_EQ(Read("%H:%M", "09:05"), "2026-11-21T09:05:00Z");
  EXPECT_EQ(Read("%Y-%m", "2026-03"), "2026-03-01T00:00:00Z");
  EXPECT_EQ(Read("%m/%d", "12/24"), "2025-12-24T00:00:00Z");
}

TEST(TimeFormatTest, ReadsIso8601InItsVariants) {
  for (const char* text : {"2026-11-21T13:12:19Z", "2026-11-21 13:12:19Z", "2026-11-21T13:12:19",
                           "2026-11-21T22:12:19+09:00", "2026-11-21T22:12:19+0900",
                           "2026-11-21T22:12:19+09", "2026-11-21 22:12:19 +0900",
                           "2026-11-21T13:12:19.000Z", "2026-11-21T13:12:18,1000000009Z"}) {
    EXPECT_EQ(Read("iso8601", text).substr(0, 17), "2026-11-21T13:12:") << text;
  }
  for (const char* text : {"2026-11-21", "2026-11-21T13:12", "2026-11-21X13:12:19",
                           "2026-11-21T13:12:19.Z", "2026-11-21T13:12:19+9",
                           "2026-11-21T13:12:19ZZ", "2026/11/21T13:12:19", "2026-11-21T1a:12:19"}) {
    EXPECT_EQ(Read("iso8601", text), "none") << text;
  }
  EXPECT_EQ(Read("unixtime", "1795266739"), "2026-11-21T13:12:19Z");
  EXPECT_EQ(Read("float", "1795266739.123456789"), "2026-11-21T13:12:19.123456789Z");
  EXPECT_EQ(Read("float", "1795266739."), "none");
  EXPECT_EQ(Read("unixtime", "4294967296"), "none");
}

TEST(TimeFormatTest, WritesEveryDirective) {
  const EventTime time{1'795'266'739, 123'456'789};
  EXPECT_EQ(Written("%d/%b/%Y:%H:%M:%S %z", time, "+09:00"), "21/Nov/2026:22:12:19 +0900");
  EXPECT_EQ(Written("%F %T.%N|%3N|%6N|%L|%9N", time),
            "2026-11-21 13:12:19.123456789|123|123456|123|123456789");
  EXPECT_EQ(Written("%A %a %B %h %e %k %l %I %p %P %j %u %w %y %s %Q %% %n.", time),
            "Saturday Sat November Nov 21 13  1 01 PM pm 325 6 6 26 1795266739 1795266739123 %  .");
  EXPECT_EQ(Written("%:z %Z", time, "-03:30"), "-03:30 -0330");
  EXPECT_EQ(Written("%Z %:z", time), "UTC +00:00");
  EXPECT_EQ(Written("%l %I %p", {43'200, 0}), "12 12 PM");
  EXPECT_EQ(Written("iso8601", time, "Asia/Tokyo"), "2026-11-21T22:12:19.123456789+09:00");
  EXPECT_EQ(Written("iso8601", {0, 5'000'000}), "1970-01-01T00:00:00.005Z");
  EXPECT_EQ(Written("iso8601", {0, 5'000}), "1970-01-01T00:00:00.000005Z");
  EXPECT_EQ(Written("unixtime", time), "1795266739");
  EXPECT_EQ(Written("float", {7, 1}), "7.000000001");
}

TEST(TimeFormatTest, SaysWhereAMistakeIs) {
  EXPECT_EQ(ErrorOf("%Y %"),
            "time format \"%Y %\": column 4: \"%\" at the end: write %% for the "
            "character");
  EXPECT_EQ(ErrorOf("is8601"),
            "time format \"is8601\" takes nothing of a time: write iso8601, unixtime, float, or "
            "directives as in %Y-%m-%d; did you mean \"iso8601\"?");
  EXPECT_THAT(ErrorOf("Y-m-d %%"), testing::HasSubstr("takes nothing of a time"));
  EXPECT_EQ(ErrorOf("%Y-%K"), "time format \"%Y-%K\": column 4: unknown directive");
  EXPECT_THAT(ErrorOf("%G"), testing::HasSubstr("weeks and centuries"));
  EXPECT_THAT(ErrorOf("%3d"), testing::HasSubstr("only %N and %L"));
  EXPECT_EQ(ErrorOf(""), "time format is empty");
}

TEST(TimeReaderTest, TakesTheUsualFormsOfLogs) {
  TimeOptions options;
  options.zone = TimeZone();
  TimeReader reader(options);
  EventTime time;
  for (const char* text :
       {"2026-11-21T13:12:19Z", "2026-11-21 05:12:19 -0800", "21/Nov/2026:13:12:19 +0000",
        "2026/11/21 13:12:19", "Nov 21 13:12:19", "Sat, 21 Nov 2026 13:12:19 GMT",
        "Sat Nov 21 13:12:19 2026", "1795266739", "20261121T131219Z"}) {
    time = {};
    EXPECT_TRUE(reader.ReadText(text, kNow, &time)) << text;
    EXPECT_EQ(time.seconds, kNow.seconds) << text;
  }
  EXPECT_FALSE(reader.ReadText("yesterday", kNow, &time));
  EXPECT_FALSE(reader.ReadText("", kNow, &time));
}

TEST(TimeReaderTest, RemembersOnlyTextsThatAreComplete) {
  TimeOptions options;
  options.zone = TimeZone();
  options.formats = {Format("%H:%M:%S"), Format("%d/%b/%Y:%H:%M:%S %z")};
  TimeReader reader(options);
  EventTime time;
  ASSERT_TRUE(reader.ReadText("13:12:19", kNow, &time));
  EXPECT_EQ(time.seconds, kNow.seconds);
  ASSERT_TRUE(reader.ReadText("13:12:19", {kNow.seconds + 86'400, 0}, &time));
  EXPECT_EQ(time.seconds, kNow.seconds + 86'400);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(reader.ReadText("21/Nov/2026:13:12:19 +0000", {}, &time));
    EXPECT_EQ(time.seconds, kNow.seconds);
  }
}

TEST(TimeReaderTest, TakesNumbersWhereTheTypeAllows) {
  EventTime time;
  TimeOptions options;
  EXPECT_TRUE(TimeReader(options).ReadNumber(1.5, &time));
  EXPECT_EQ(time, (EventTime{1, 500'000'000}));
  EXPECT_TRUE(TimeReader(options).ReadNumber(int64_t{7}, &time));
  EXPECT_EQ(time, (EventTime{7, 0}));
  EXPECT_FALSE(TimeReader(options).ReadNumber(-1.0, &time));
  EXPECT_FALSE(TimeReader(options).ReadNumber(4294967296.0, &time));
  EXPECT_FALSE(TimeReader(options).ReadNumber(std::stod("nan"), &time));
  EXPECT_FALSE(TimeReader(options).ReadNumber(int64_t{1} << 32, &time));
  options.type = TimeType::kString;
  EXPECT_FALSE(TimeReader(options).ReadNumber(1.5, &time));
  EXPECT_FALSE(TimeReader(options).ReadText("1795266739", kNow, &time));
  options.type = TimeType::kFloat;
  EXPECT_TRUE(TimeReader(options).ReadText("1795266739.25", kNow, &time));
  EXPECT_FALSE(TimeReader(options).ReadText("2026-11-21T13:12:19Z", kNow, &time));
}

}  // namespace
}  // namespace andon
