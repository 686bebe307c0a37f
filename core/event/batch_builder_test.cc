#include "core/event/batch_builder.h"

#include <gtest/gtest.h>

#include <string>

#include "core/event/msgpack_walk.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

const Tag kTag("test");

std::string OnlyRecord(const BatchBuilder& batch) {
  const auto events = DecodeBatch(batch.Batch(kTag));
  EXPECT_EQ(events.size(), 1u);
  return events.empty() ? "" : events[0].record;
}

TEST(BatchBuilderTest, WhatIsCommittedIsAnEntryAndWhatIsNotLeavesNothing) {
  BatchBuilder batch;
  {
    RecordWriter record(batch, {5, 6});
    record.Field("a", "x");
    record.Commit();
  }
  const size_t size = batch.bytes();
  {
    RecordWriter record(batch, {9, 9});
    record.Field("lost", std::string(10'000, 'x'));
    record.BeginMap("open");
  }
  EXPECT_EQ(batch.bytes(), size);
  EXPECT_EQ(batch.count(), 1u);
  const EventBatch made = batch.Batch(kTag);
  EXPECT_EQ(made.times.earliest, (EventTime{5, 6}));
  EXPECT_EQ(made.times.latest, (EventTime{5, 6}));
  EXPECT_EQ(OnlyRecord(batch), R"({"a":"x"})");
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.Batch(kTag).times.latest, EventTime{});
}

TEST(BatchBuilderTest, EveryKindOfFieldComesBack) {
  BatchBuilder batch;
  RecordWriter record(batch, {1, 0});
  record.Field("text", "x");
  record.Field("number", int64_t{-7});
  record.FieldUint("large", UINT64_MAX);
  record.FieldFloat("half", 0.5);
  record.FieldBool("yes", true);
  record.FieldNil("none");
  record.BeginMap("map");
  record.Field("in", "side");
  record.BeginArray("list");
  record.Value("one");
  record.BeginMapValue();
  record.Field("k", int64_t{1});
  record.End();
  record.BeginArrayValue();
  record.End();
  record.RawValue().Int(3);
  record.End();
  record.End();
  record.RawField("raw").Bool(false);
  EXPECT_EQ(record.fields(), 8u);
  record.Commit();
  EXPECT_EQ(OnlyRecord(batch),
            R"({"text":"x","number":-7,"large":18446744073709551615,"half":0.5,"yes":true,)"
            R"("none":null,"map":{"in":"side","list":["one",{"k":1},[],3]},"raw":false})");
}

TEST(BatchBuilderTest, ManyFieldsMakeALongerHeadAtAnyLevel) {
  for (const int count : {15, 16, 70'000}) {
    BatchBuilder batch;
    RecordWriter record(batch, {1, 0});
    record.BeginArray("list");
    for (int i = 0; i < count; ++i) record.RawValue().Int(i);
    record.End();
    record.BeginMap("map");
    for (int i = 0; i < count; ++i) record.Field(std::to_string(i), int64_t{i});
    record.End();
    for (int i = 0; i < count; ++i) record.Field("f" + std::to_string(i), "v");
    record.Commit();
    const EventBatch made = batch.Batch(kTag);
    ASSERT_EQ(WalkValue(made.entries).bytes, made.entries.size());
    const EntryIterator entry(made.entries);
    EXPECT_EQ(entry->record.size(), static_cast<size_t>(count) + 2);
    EXPECT_EQ(entry->record.Find("list")->size(), static_cast<size_t>(count));
    EXPECT_EQ(entry->record.Find("map")->Find(std::to_string(count - 1))->AsInt(), count - 1);
    EXPECT_EQ(entry->record.Find("f" + std::to_string(count - 1))->AsString(), "v");
  }
}

TEST(BatchBuilderTest, AfterAResetAnotherParserMayTry) {
  BatchBuilder batch;
  RecordWriter record(batch, {1, 0});
  record.Field("wrong", "x");
  record.BeginMap("open");
  record.Field("deeper", "x");
  record.Reset();
  EXPECT_EQ(record.fields(), 0u);
  record.Time({2, 3});
  record.Field("right", "y");
  record.Commit();
  EXPECT_EQ(OnlyRecord(batch), R"({"right":"y"})");
  EXPECT_EQ(batch.Batch(kTag).times.earliest, (EventTime{2, 3}));
}

TEST(BatchBuilderTest, WholeEntriesAreTakenAsTheyAre) {
  BatchBuilder from;
  AppendJson(from, R"({"a":1})", {7, 0});
  BatchBuilder batch;
  batch.Append({7, 0}, from.Batch(kTag).entries);
  batch.Append({7, 0}, from.Batch(kTag).entries);
  EXPECT_EQ(batch.count(), 2u);
  EXPECT_EQ(DecodeBatch(batch.Batch(kTag))[1].record, R"({"a":1})");
}

TEST(BatchBuilderDeathTest, MisuseEndsTheProcess) {
  BatchBuilder batch;
  RecordWriter record(batch, {});
  record.BeginArray("a");
  EXPECT_DEATH(record.Field("key", "in an array"), "check failed");
  EXPECT_DEATH(record.Commit(), "check failed");
  record.End();
  EXPECT_DEATH(record.Value("in a map"), "check failed");
}

}  // namespace
}  // namespace andon
