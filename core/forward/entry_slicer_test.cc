#include "core/forward/entry_slicer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/json_text.h"
#include "test/support/test_event.h"

namespace andon::forward {
namespace {

using testing::ElementsAre;

struct Collector : SliceSink {
  void Good(Bytes entries, uint32_t count, const TimeRange& times) override {
    std::string text = "good " + std::to_string(count) + ":";
    for (const TestEvent& event : DecodeEntries("t", entries)) {
      text += " " + std::to_string(event.time.seconds) + event.record;
    }
    seen.push_back(text + " from " + std::to_string(times.earliest.seconds));
  }
  void Repaired(Bytes entry, EventTime time) override {
    seen.push_back("repaired " + std::to_string(time.seconds) +
                   DecodeEntries("t", entry).front().record);
  }
  void Bad(const BadEntry& entry) override {
    seen.push_back(std::string("bad ") + entry.error +
                   (entry.record.empty() ? "" : " " + JsonFromMsgpack(entry.record)));
  }
  std::vector<std::string> seen;
};

std::vector<std::string> Slices(std::string_view json_list, const std::string& tail = "",
                                bool nil_is_now = true) {
  std::string entries(MsgpackFromJson(json_list).text().substr(1));
  entries += tail;
  Collector collector;
  EntrySlicer slicer({.now = {99, 0}, .nil_time_is_now = nil_is_now});
  slicer.Slice(AsBytes(entries), {}, collector);
  EXPECT_EQ(slicer.delimited(), tail.empty());
  return collector.seen;
}

TEST(EntrySlicerTest, GoodNeighboursStayTogether) {
  EXPECT_THAT(Slices(R"([[5, {"a": 1}], [6, {}], 7, [8, {}]])"),
              ElementsAre(R"(good 2: 5{"a":1} 6{} from 5)",
                          "bad entry is not an array of time and record", "good 1: 8{} from 8"));
}

TEST(EntrySlicerTest, ATimeOfNothingIsNow) {
  EXPECT_THAT(Slices(R"([[5, {}], [0, {"a": 1}], [6, {}], [null, {"b": 2}], [0, {}]])"),
              ElementsAre("good 1: 5{} from 5", R"(repaired 99{"a":1})", "good 1: 6{} from 6",
                          R"(repaired 99{"b":2})", "repaired 99{}"));
  EXPECT_THAT(Slices(R"([[null, {"b": 2}]])", "", false),
              ElementsAre(R"(bad time is neither an event time nor a number {"b":2})"));
}

TEST(EntrySlicerTest, TheRestThatCannotBeTakenApartIsOneBadEntry) {
  EXPECT_THAT(Slices("[[5, {}]]", "\xc1\x92\x01\x80"),
              ElementsAre("good 1: 5{} from 5", "bad the bytes are no msgpack"));
  EXPECT_THAT(Slices("[[5, {}]]", "\x92\x01"),
              ElementsAre("good 1: 5{} from 5", "bad the entries end inside an entry"));
}

TEST(EntrySlicerTest, WhatIsTooDeepIsSteppedOver) {
  std::string deep("\x92\x05", 2);
  for (int i = 0; i < 5000; ++i)
    deep +=
        "\x81\xa1"
        "a";
  deep += '\xc0';
  std::string entries = deep + std::string("\x92\x06\x80", 3);
  Collector collector;
  EntrySlicer slicer({.now = {99, 0}});
  slicer.Slice(AsBytes(entries), {}, collector);
  EXPECT_THAT(collector.seen,
              ElementsAre("bad the entry is nested too deeply", "good 1: 6{} from 6"));
}

}  // namespace
}  // namespace andon::forward
