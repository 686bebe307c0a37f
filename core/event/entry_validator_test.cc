#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/event/batch_builder.h"
#include "core/event/entry.h"

namespace andon {
namespace {

using std::string_literals::operator""s;
using Progress = EntryValidator::Progress;

const Tag kTag("test");

// Entries whose records are alike, each by itself.
std::vector<std::string> Alike(int count) {
  std::vector<std::string> entries;
  for (int i = 0; i < count; ++i) {
    BatchBuilder batch;
    RecordWriter record(batch, {1000 + static_cast<uint32_t>(i % 5), 77});
    record.Field("host", "10.0.0." + std::to_string(i));
    record.Field("code", int64_t{200 + 100 * (i % 4)});
    record.Field("a_key_that_is_longer_than_sixteen_bytes",
                 std::string(static_cast<size_t>(40 + i % 7), 'x'));
    record.BeginMap("kubernetes");
    record.Field("pod", "p" + std::string(static_cast<size_t>(i % 3), '-'));
    record.BeginArray("ports");
    record.RawValue().Int(i);
    record.RawValue().Bool(true);
    record.End();
    record.End();
    record.FieldNil("user");
    record.BeginMap("labels");
    record.End();
    record.Commit();
    entries.emplace_back(batch.Batch(kTag).entries.size(), ' ');
    entries.back() = AsText(batch.Batch(kTag).entries);
  }
  return entries;
}

std::string Join(const std::vector<std::string>& entries) {
  std::string all;
  for (const std::string& entry : entries) all += entry;
  return all;
}

TEST(EntryValidatorTest, WholeEntriesAreCountedWithTheirTimes) {
  const std::string all = Join(Alike(100));
  EntryValidator validator;
  const Progress progress = validator.Walk(AsBytes(all));
  EXPECT_EQ(progress.outcome, WalkOutcome::kOk);
  EXPECT_EQ(progress.count, 100u);
  EXPECT_EQ(progress.bytes, all.size());
  EXPECT_EQ(progress.times.earliest, (EventTime{1000, 77}));
  EXPECT_EQ(progress.times.latest, (EventTime{1004, 77}));
}

TEST(EntryValidatorTest, NothingIsWholeAndHasNothing) {
  EntryValidator validator;
  const Progress progress = validator.Walk({});
  EXPECT_EQ(progress.outcome, WalkOutcome::kOk);
  EXPECT_EQ(progress.count, 0u);
  EXPECT_EQ(validator.Resume({}).outcome, WalkOutcome::kOk);
}

TEST(EntryValidatorTest, EveryCutGivesTheEntriesBeforeIt) {
  const auto entries = Alike(6);
  const std::string all = Join(entries);
  EntryValidator trained;
  trained.Walk(AsBytes(all));
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    size_t whole = 0;
    size_t count = 0;
    while (count < entries.size() && whole + entries[count].size() <= cut) {
      whole += entries[count++].size();
    }
    const Progress progress = trained.Walk(AsBytes(all).first(cut));
    ASSERT_EQ(progress.count, count) << cut;
    ASSERT_EQ(progress.bytes, whole) << cut;
    ASSERT_EQ(progress.outcome, whole == cut ? WalkOutcome::kOk : WalkOutcome::kMore) << cut;
  }
}

struct Refusal {
  std::string entry;
  const char* error;
  bool whole_value;
};

TEST(EntryValidatorTest, WhatIsNoEntryIsRefusedAndCanBeSteppedOver) {
  const std::vector<Refusal> refusals{
      {"\x07"s, "entry is not an array of time and record", true},
      {"\x81\x01\x02"s, "entry is not an array of time and record", true},
      {"\x91\x01"s, "entry is not an array of time and record", true},
      {"\x90"s, "entry is not an array of time and record", true},
      {"\x92\xc0\x80"s, "time is neither an event time nor a number", true},
      {"\x92\xa1t\x80"s, "time is neither an event time nor a number", true},
      {"\x92\xd7\x01zzzzzzzz\x80"s, "time is neither an event time nor a number", true},
      {"\x92\xd6\x00zzzz\x80"s, "time is neither an event time nor a number", true},
      {"\x92\x91\x01\x80"s, "time is neither an event time nor a number", true},
      {"\x92\x92\x01\x02\x80"s, "metadata beside the time is not a map", true},
      {"\x92\xff\x80"s, "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xcf\x00\x00\x00\x01\x00\x00\x00\x00\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xd7\x00\xff\xff\xff\xff\xff\xff\xff\xff\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\xcb\xbf\xf0\x00\x00\x00\x00\x00\x00\x80"s,
       "time is not between 1970 and 2106 in seconds", true},
      {"\x92\x01\x91\x01"s, "record is not a map", true},
      {"\x92\x01\xc0"s, "record is not a map", true},
      {"\x92\x01\xc1"s, "entry is not msgpack", false},
      {"\xc1"s, "entry is not msgpack", false},
      {"\x92\x01" + std::string(100, '\x91'), "entry is nested too deeply", false},
  };
  const auto good = Alike(3);
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(testing::PrintToString(refusal.entry));
    EntryValidator validator;
    const std::string all = Join(good) + refusal.entry + Join(good);
    const Progress progress = validator.Walk(AsBytes(all));
    EXPECT_EQ(progress.outcome, WalkOutcome::kInvalid);
    EXPECT_EQ(progress.count, 3u);
    EXPECT_EQ(progress.bytes, Join(good).size());
    EXPECT_STREQ(validator.error(), refusal.error);
    EXPECT_EQ(validator.bad_value_bytes(), refusal.whole_value ? refusal.entry.size() : 0u);
    if (!refusal.whole_value) continue;
    const Progress behind =
        validator.Walk(AsBytes(all).subspan(progress.bytes + validator.bad_value_bytes()));
    EXPECT_EQ(behind.outcome, WalkOutcome::kOk);
    EXPECT_EQ(behind.count, 3u);
  }
}

TEST(EntryValidatorTest, TextIsNotAskedToBeUtf8) {
  EntryValidator validator;
  EXPECT_EQ(validator.Walk(AsBytes("\x92\x01\x81\xa2\xff\xfe\xa2\x80\xc1"s)).outcome,
            WalkOutcome::kOk);
}

// What a validator that never predicts says of one buffer.
Progress WalkOneByOne(Bytes entries, size_t* bad) {
  Progress all{0, 0, {}, WalkOutcome::kOk};
  *bad = 0;
  while (all.bytes < entries.size()) {
    const WalkResult value = WalkValue(entries.subspan(all.bytes));
    EntryValidator fresh;
    const Progress one =
        fresh.Walk(value.outcome == WalkOutcome::kOk ? entries.subspan(all.bytes, value.bytes)
                                                     : entries.subspan(all.bytes));
    all.outcome = one.outcome;
    all.count += one.count;
    all.bytes += one.bytes;
    all.times.Add(one.times);
    *bad = fresh.bad_value_bytes();
    if (one.outcome != WalkOutcome::kOk) break;
  }
  return all;
}

// One byte after the other is changed in a stream that is predicted: the prediction must not take
// what the walk refuses, nor refuse what it takes.
TEST(EntryValidatorTest, APredictionNeverDecidesWhatIsValid) {
  const std::string all = Join(Alike(5));
  const std::string changes =
      "\x00\x7f\x80\x81\x8f\x90\x92\xa0\xa5\xbf\xc0\xc1\xc4\xc7\xcc\xcf"
      "\xd3\xd7\xd9\xda\xdb\xdc\xdf\xff"s;
  EntryValidator trained;
  trained.Walk(AsBytes(all));
  for (size_t at = 0; at < all.size(); ++at) {
    for (const char change : changes) {
      std::string changed = all;
      changed[at] = change;
      size_t bad = 0;
      const Progress expected = WalkOneByOne(AsBytes(changed), &bad);
      const Progress progress = trained.Walk(AsBytes(changed));
      ASSERT_EQ(progress.outcome, expected.outcome) << at << " " << int{change};
      ASSERT_EQ(progress.count, expected.count) << at << " " << int{change};
      ASSERT_EQ(progress.bytes, expected.bytes) << at << " " << int{change};
      ASSERT_EQ(progress.times.earliest, expected.times.earliest) << at << " " << int{change};
      ASSERT_EQ(progress.times.latest, expected.times.latest) << at << " " << int{change};
      if (progress.outcome == WalkOutcome::kInvalid) {
        ASSERT_EQ(trained.bad_value_bytes(), bad) << at << " " << int{change};
      }
    }
  }
}

void AppendRandomValue(Random& random, int nesting, MsgpackWriter& out) {
  switch (random.Below(nesting < 3 ? 11 : 9)) {
    case 0:
      return out.Nil();
    case 1:
      return out.Bool(random.Below(2) == 0);
    case 2:
      return out.Int(-static_cast<int64_t>(random.Next() >> random.Below(64) >> 1));
    case 3:
      return out.Uint(random.Next() >> random.Below(64));
    case 4:
      return out.Float(static_cast<double>(random.Below(1000)) / 7);
    case 5:
    case 6:
      return out.String(std::string(random.Below(random.Below(10) == 0 ? 70'000 : 40), 'x'));
    case 7:
      return out.Binary(AsBytes(std::string(random.Below(300), 'b')));
    case 8:
      return out.Ext(1, AsBytes(std::string(random.Below(20), 'e')));
    case 9: {
      const auto count = static_cast<uint32_t>(random.Below(20));
      out.ArrayHeader(count);
      for (uint32_t i = 0; i < count; ++i) AppendRandomValue(random, nesting + 1, out);
      return;
    }
    default: {
      const auto count = static_cast<uint32_t>(random.Below(20));
      out.MapHeader(count);
      for (uint32_t i = 0; i < count; ++i) {
        out.String("k" + std::to_string(random.Below(100)));
        AppendRandomValue(random, nesting + 1, out);
      }
      return;
    }
  }
}

// Events of a few shapes with random values.
void AppendRandomEvents(Random& random, uint32_t count, BatchBuilder& batch) {
  const uint64_t shapes = 1 + random.Below(5);
  for (uint32_t i = 0; i < count; ++i) {
    RecordWriter record(batch, {static_cast<uint32_t>(random.Below(1000)), 0});
    const uint64_t shape = random.Below(shapes);
    for (uint64_t field = 0; field < shape + 3; ++field) {
      MsgpackWriter value = record.RawField("key_" + std::to_string(shape * field));
      if (field < 3) {
        value.String(std::string(random.Below(40), 'v'));
      } else {
        AppendRandomValue(random, 1, value);
      }
    }
    record.Commit();
  }
}

// In random pieces.
TEST(EntryValidatorTest, AnyStreamInAnyPiecesIsCountedOnce) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto random = SeededRandom(seed);
    BatchBuilder batch;
    const uint32_t count = 200;
    AppendRandomEvents(*random, count, batch);
    const EventBatch whole = batch.Batch(kTag);
    EntryValidator validator;
    uint32_t found = 0;
    TimeRange times;
    size_t taken = 0;
    Progress last{0, 0, {}, WalkOutcome::kOk};
    for (size_t given = 0; given < whole.entries.size();) {
      given = std::min(whole.entries.size(), given + 1 + random->Below(20'000));
      const Bytes there = whole.entries.subspan(taken, given - taken);
      const bool resume = last.outcome == WalkOutcome::kMore && random->Below(4) > 0;
      last = resume ? validator.Resume(there) : validator.Walk(there);
      ASSERT_NE(last.outcome, WalkOutcome::kInvalid) << validator.error();
      found += last.count;
      taken += last.bytes;
      times.Add(last.times);
    }
    EXPECT_EQ(last.outcome, WalkOutcome::kOk);
    EXPECT_EQ(found, count);
    EXPECT_EQ(taken, whole.entries.size());
    EXPECT_EQ(times.earliest, whole.times.earliest);
    EXPECT_EQ(times.latest, whole.times.latest);
  }
}

// One entry of many elements comes byte by byte: if each call began anew, this would take
// hours.
TEST(EntryValidatorTest, ALongEntryIsWalkedOnceHoweverItArrives) {
  constexpr uint32_t kElements = 200'000;
  BatchBuilder batch;
  RecordWriter record(batch, {1, 2});
  MsgpackWriter list = record.RawField("list");
  list.ArrayHeader(kElements);
  for (uint32_t i = 0; i < kElements; ++i) list.Nil();
  record.Commit();
  const Bytes entries = batch.Batch(kTag).entries;
  EntryValidator validator;
  Progress progress = validator.Walk(entries.first(1));
  for (size_t given = 2; given <= entries.size(); ++given) {
    ASSERT_EQ(progress.outcome, WalkOutcome::kMore);
    progress = validator.Resume(entries.first(given));
  }
  EXPECT_EQ(progress.outcome, WalkOutcome::kOk);
  EXPECT_EQ(progress.count, 1u);
}

TEST(EntryValidatorTest, AWalkDoesNotGoOnWithWhatAnotherStreamLeft) {
  BatchBuilder batch;
  RecordWriter record(batch, {1, 2});
  record.Field("long", std::string(3000, 'x'));
  record.Field("longer", std::string(10'000, 'x'));
  record.Commit();
  const Bytes entry = batch.Batch(kTag).entries;
  std::string other(AsText(entry));
  other[20] = '\xc1';  // In the text of the first field: valid.
  EntryValidator validator;
  EXPECT_EQ(validator.Walk(entry.first(9000)).outcome, WalkOutcome::kMore);
  EXPECT_EQ(validator.Walk(AsBytes(other)).count, 1u);
  // Nothing unfinished is left: Resume is a Walk.
  EXPECT_EQ(validator.Resume(AsBytes("\x92\x01\xc1"s)).outcome, WalkOutcome::kInvalid);
}

TEST(EntryValidatorTest, ItCanBeMoved) {
  const std::string all = Join(Alike(10));
  EntryValidator from;
  from.Walk(AsBytes(all));
  EntryValidator to(std::move(from));
  EXPECT_EQ(to.Walk(AsBytes(all)).count, 10u);
  from = EntryValidator();
  EXPECT_EQ(from.Walk(AsBytes(all)).count, 10u);
}

}  // namespace
}  // namespace andon
