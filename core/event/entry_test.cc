#include "core/event/entry.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/event/entry_head.h"

namespace andon {
namespace {

using std::string_literals::operator""s;

const std::string kRecord =
    "\x81\xa1"
    "a\x01"s;

struct TimeForm {
  std::string bytes;
  EventTime time;
};

const std::vector<TimeForm> kTimes{
    {"\xd7\x00\x00\x00\x00\x07\x00\x00\x00\x09"s, {7, 9}},
    {"\xc7\x08\x00\x00\x00\x00\x07\x00\x00\x00\x09"s, {7, 9}},
    {"\xc8\x00\x08\x00\x00\x00\x00\x07\x00\x00\x00\x09"s, {7, 9}},
    {"\xc9\x00\x00\x00\x08\x00\x00\x00\x00\x07\x00\x00\x00\x09"s, {7, 9}},
    {"\xd7\x00\xff\xff\xff\xff\x3b\x9a\xc9\xff"s, {UINT32_MAX, 999'999'999}},
    // Nanoseconds beyond a second are carried over.
    {"\xd7\x00\x00\x00\x00\x07\xff\xff\xff\xff"s, {11, 294'967'295}},
    {"\x05"s, {5, 0}},
    {"\xcc\xc8"s, {200, 0}},
    {"\xcd\xff\xff"s, {65'535, 0}},
    {"\xce\xff\xff\xff\xff"s, {UINT32_MAX, 0}},
    {"\xcf\x00\x00\x00\x00\x00\x00\x00\x07"s, {7, 0}},
    {"\xd0\x07"s, {7, 0}},
    {"\xd3\x00\x00\x00\x00\x65\x53\xf1\x00"s, {1'700'000'000, 0}},
    {"\xca\x3f\xc0\x00\x00"s, {1, 500'000'000}},
    {"\xcb\x41\xd9\x54\xfc\x40\x10\x00\x00"s, {1'700'000'000, 250'000'000}},
    // Just below a second, which rounds up to the next.
    {"\xcb\x3f\xef\xff\xff\xff\xff\xff\xff"s, {1, 0}},
};

// Both as the last entry and with others behind it: short buffers take another way.
void ExpectEntry(const std::string& entry, EventTime time, std::string_view metadata) {
  SCOPED_TRACE(testing::PrintToString(entry));
  for (const std::string& behind : {""s, entry + entry}) {
    const std::string entries = entry + behind;
    EntryIterator it(AsBytes(entries));
    ASSERT_FALSE(it.done());
    EXPECT_EQ(it->time, time);
    EXPECT_EQ(AsText(it->bytes), entry);
    EXPECT_EQ(it->record.Find("a")->AsUint(), 1u);
    EXPECT_EQ(AsText(it->metadata.bytes()), metadata);
    size_t count = 0;
    for (; !it.done(); it.Next()) ++count;
    EXPECT_EQ(count, behind.empty() ? 1u : 3u);
  }
}

TEST(EntryTest, EveryFormOfTimeIsRead) {
  for (const TimeForm& form : kTimes) ExpectEntry("\x92" + form.bytes + kRecord, form.time, "");
}

TEST(EntryTest, FluentBitsMetadataStandsBesideTheTime) {
  for (const TimeForm& form : kTimes) {
    for (const std::string& metadata : {"\x80"s, "\x81\xa1k\xa1v"s}) {
      ExpectEntry("\x92\x92" + form.bytes + metadata + kRecord, form.time, metadata);
    }
  }
}

TEST(EntryTest, LongerArraysAndOtherHeadsOfThemAreTheSame) {
  ExpectEntry("\x93\x07" + kRecord + "\xa1x", {7, 0}, "");
  ExpectEntry("\xdc\x00\x02\x07"s + kRecord, {7, 0}, "");
  ExpectEntry("\xdd\x00\x00\x00\x02\x07"s + kRecord, {7, 0}, "");
}

TEST(EntryTest, NothingHasNoEntries) { EXPECT_TRUE(EntryIterator({}).done()); }

TEST(EntryTest, AnEmptyTimeRangeAddsNothing) {
  TimeRange range;
  range.Add(EventTime{5, 0});
  range.Add(TimeRange());
  EXPECT_EQ(range.earliest, (EventTime{5, 0}));
  EXPECT_EQ(range.latest, (EventTime{5, 0}));
  range.Add(TimeRange{{3, 0}, {9, 0}});
  EXPECT_EQ(range.earliest, (EventTime{3, 0}));
  EXPECT_EQ(range.latest, (EventTime{9, 0}));
}

}  // namespace
}  // namespace andon
