#include "core/event/batch_rewriter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/test_event.h"

namespace andon {
namespace {

using testing::ElementsAre;
using Outcome = BatchRewriter::Outcome;
using EventRun = andon::Run;  // Inside a test, Run is gtest's.

std::vector<std::string> Records(const EventBatch& batch) {
  std::vector<std::string> records;
  for (const TestEvent& event : DecodeBatch(batch)) records.push_back(event.record);
  return records;
}

// Applies `judge(entry, rewriter, index)` to each entry.
template <class Judge>
const Outcome& Rewrite(BatchRewriter& rewriter, const EventBatch& in, Judge judge) {
  rewriter.Begin(in);
  size_t index = 0;
  for (EntryIterator it(in.entries); !it.done(); it.Next()) judge(*it, rewriter, index++);
  return rewriter.Finish();
}

// One record after one change, as JSON.
template <class Change>
std::string Changed(const std::string& record, Change change) {
  const TestBatch in("t", {record});
  BatchRewriter rewriter;
  const Outcome& out = Rewrite(rewriter, in.batch(), [&](const auto& entry, auto& to, size_t) {
    RecordPatch patch = to.Change(entry);
    change(patch);
  });
  EXPECT_EQ(out.batches.size(), 1u);
  return Records(out.batches[0])[0];
}

TEST(BatchRewriterTest, WhatIsKeptWholeIsNotCopied) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})", R"({"n":2})"});
  BatchRewriter rewriter;
  const Outcome& all =
      Rewrite(rewriter, in.batch(), [](const auto& entry, auto& to, size_t) { to.Keep(entry); });
  ASSERT_EQ(all.batches.size(), 1u);
  EXPECT_EQ(all.batches[0].entries.data(), in.batch().entries.data());
  EXPECT_EQ(all.batches[0].count, 3u);
  EXPECT_EQ(&all.batches[0].tag, &in.tag());
  EXPECT_EQ(all.kept, 3u);

  const Outcome& tail = Rewrite(rewriter, in.batch(), [](const auto& entry, auto& to, size_t i) {
    if (i == 0) {
      to.Drop(entry);
    } else {
      to.Keep(entry);
    }
  });
  EXPECT_EQ(tail.batches[0].entries.data() + tail.batches[0].entries.size(),
            in.batch().entries.data() + in.batch().entries.size());
  EXPECT_EQ(tail.dropped, 1u);
}

TEST(BatchRewriterTest, KeptNeighboursStayInOrderAroundWhatIsDropped) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})"});
  BatchRewriter rewriter;
  const Outcome& out = Rewrite(rewriter, in.batch(), [](const auto& entry, auto& to, size_t i) {
    if (i == 2) {
      to.Drop(entry);
    } else {
      to.Keep(entry);
    }
  });
  EXPECT_THAT(Records(out.batches[0]),
              ElementsAre(R"({"n":0})", R"({"n":1})", R"({"n":3})", R"({"n":4})"));
}

TEST(BatchRewriterTest, ABatchOfWhichNothingIsLeftHasNoBatches) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})"});
  BatchRewriter rewriter;
  rewriter.Begin(in.batch());
  rewriter.DropRest();
  const Outcome& out = rewriter.Finish();
  EXPECT_TRUE(out.batches.empty());
  EXPECT_EQ(out.dropped, 2u);
}

TEST(BatchRewriterTest, AFilterThatLooksAtTheTagOnlyKeepsTheRest) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})", R"({"n":2})"});
  BatchRewriter rewriter;
  rewriter.Begin(in.batch());
  EntryIterator first(in.batch().entries);
  rewriter.Drop(*first);
  rewriter.KeepRest();
  const Outcome& out = rewriter.Finish();
  EXPECT_THAT(Records(out.batches[0]), ElementsAre(R"({"n":1})", R"({"n":2})"));
  EXPECT_EQ(out.kept, 2u);

  rewriter.Begin(in.batch());
  rewriter.KeepRest();
  EXPECT_EQ(rewriter.Finish().batches[0].entries.data(), in.batch().entries.data());
}

TEST(BatchRewriterTest, RetaggedEntriesMakeABatchOfEachTag) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  const Tag a("a");
  const Tag b("b");
  BatchRewriter rewriter;
  const Outcome& out = Rewrite(rewriter, in.batch(), [&](const auto& entry, auto& to, size_t i) {
    if (i == 3) {
      to.Keep(entry);
    } else if (i == 1) {
      to.ChangeAndRetag(entry, b).Set("b", "set");
    } else {
      to.Retag(entry, a);
    }
  });
  ASSERT_EQ(out.batches.size(), 3u);
  EXPECT_EQ(&out.batches[0].tag, &in.tag());
  EXPECT_THAT(Records(out.batches[0]), ElementsAre(R"({"n":3})"));
  EXPECT_EQ(&out.batches[1].tag, &a);
  EXPECT_THAT(Records(out.batches[1]), ElementsAre(R"({"n":0})", R"({"n":2})"));
  EXPECT_THAT(Records(out.batches[2]), ElementsAre(R"({"n":1,"b":"set"})"));
  EXPECT_EQ(out.kept, 4u);
}

TEST(BatchRewriterTest, FailuresHaveTheOriginalAndTheReason) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})"});
  BatchRewriter rewriter;
  const Outcome& out = Rewrite(rewriter, in.batch(), [](const auto& entry, auto& to, size_t i) {
    if (i == 1) {
      to.Fail(entry, std::string("no ") + "good");
    } else {
      to.Keep(entry);
    }
  });
  ASSERT_EQ(out.failures.size(), 1u);
  EXPECT_EQ(out.failures[0].reason, "no good");
  EXPECT_EQ(out.failures[0].time, kTestTime);
  EXPECT_EQ(DecodeEntries("t", out.failures[0].entry)[0].record, R"({"n":1})");
  EXPECT_EQ(out.failures[0].identity.count, 0u);
}

TEST(BatchRewriterTest, IdentitiesFollowTheirEntries) {
  const TestBatch batch("t",
                        {R"({"n":0})", R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})"});
  const LaneId x{1, 1};
  const LaneId y{2, 2};
  const std::vector<EventRun> origin{{x, 10, 2}, {y, 5, 0}, {y, 5, 3}};
  const EventBatch in{batch.tag(), batch.batch().entries, 5, batch.batch().times, origin};
  const Tag other("other");
  BatchRewriter rewriter;
  const Outcome& out = Rewrite(rewriter, in, [&](const auto& entry, auto& to, size_t i) {
    if (i == 1) {
      to.Fail(entry, "bad");
    } else if (i == 2) {
      to.Retag(entry, other);
    } else if (i == 3) {
      to.Change(entry).Set("k", "v");
    } else {
      to.Keep(entry);
    }
  });
  EXPECT_THAT(out.batches[0].origin, ElementsAre(EventRun{x, 10, 1}, EventRun{y, 6, 2}));
  EXPECT_THAT(out.batches[1].origin, ElementsAre(EventRun{y, 5, 1}));
  EXPECT_EQ(out.failures[0].identity, (EventRun{x, 11, 1}));
}

TEST(BatchRewriterTest, AChangeCopiesAllElseInItsOrder) {
  const std::string record = R"({"a":1,"b":{"x":[1,2]},"c":"three","d":null})";
  EXPECT_EQ(Changed(record, [](RecordPatch&) {}), record);
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Set("c", int64_t{-3}); }),
            R"({"a":1,"b":{"x":[1,2]},"c":-3,"d":null})");
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Set("new", "x"); }),
            R"({"a":1,"b":{"x":[1,2]},"c":"three","d":null,"new":"x"})");
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Remove("a");
                      p.Remove("d");
                      p.Remove("none");
                    }),
            R"({"b":{"x":[1,2]},"c":"three"})");
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Rename("b", "z"); }),
            R"({"a":1,"z":{"x":[1,2]},"c":"three","d":null})");
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Clear();
                      p.Set("c", "only");
                      p.Set("new", "x");
                    }),
            R"({"c":"only","new":"x"})");
}

TEST(BatchRewriterTest, CallsForOneNameAreSettled) {
  const std::string record = R"({"a":1,"b":2,"c":3})";
  // The last call for a key counts.
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Set("a", "x");
                      p.Remove("a");
                      p.Remove("b");
                      p.Set("b", "y");
                    }),
            R"({"b":"y","c":3})");
  // A renamed field takes the name of another, a set one takes it from both.
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Rename("a", "c"); }), R"({"c":1,"b":2})");
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Rename("a", "c");
                      p.Set("c", "s");
                    }),
            R"({"c":"s","b":2})");
  // Renaming what is not there changes nothing.
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Rename("none", "c"); }), record);
  EXPECT_EQ(Changed(record, [](RecordPatch& p) { p.Rename("a", "a"); }), record);
  // Swapping, and setting what was renamed away.
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Rename("a", "b");
                      p.Rename("b", "a");
                    }),
            R"({"b":1,"a":2,"c":3})");
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Rename("a", "old");
                      p.Set("a", "new");
                    }),
            R"({"old":1,"b":2,"c":3,"a":"new"})");
  // Two fields to one name: the later call holds.
  EXPECT_EQ(Changed(record,
                    [](RecordPatch& p) {
                      p.Rename("a", "x");
                      p.Rename("c", "x");
                    }),
            R"({"b":2,"x":3})");
}

TEST(BatchRewriterTest, ANewTimeIsWrittenAndMetadataStays) {
  // [[5, {"m": 1}], {"a": 1}] and a third element that is ignored.
  const std::string bytes(
      "\x93\x92\x05\x81\xa1m\x01\x81\xa1"
      "a\x01\xc0",
      12);
  const Tag tag("t");
  const EventBatch in{tag, AsBytes(bytes), 1, {{5, 0}, {5, 0}}, {}};
  BatchRewriter rewriter;
  const auto changed = [&](bool time) {
    const Outcome& out = Rewrite(rewriter, in, [&](const auto& entry, auto& to, size_t) {
      RecordPatch patch = to.Change(entry);
      patch.Set("a", "x");
      if (time) patch.Time({7, 8});
    });
    return out.batches[0];
  };
  EXPECT_EQ(AsText(changed(false).entries), std::string("\x92\x92\x05\x81\xa1m\x01\x81\xa1"
                                                        "a\xa1x",
                                                        12));
  const EventBatch out = changed(true);
  const EntryIterator entry(out.entries);
  EXPECT_EQ(entry->time, (EventTime{7, 8}));
  EXPECT_EQ(entry->metadata.Find("m")->AsUint(), 1u);
  EXPECT_EQ(out.times.latest, (EventTime{7, 8}));
  EXPECT_EQ(out.times.earliest, (EventTime{7, 8}));
}

TEST(BatchRewriterDeathTest, EachEntryHasExactlyOneVerdictInOrder) {
  const TestBatch in("t", {R"({"n":0})", R"({"n":1})"});
  BatchRewriter rewriter;
  rewriter.Begin(in.batch());
  EntryIterator it(in.batch().entries);
  const EntryView first = *it;
  it.Next();
  EXPECT_DEATH(rewriter.Keep(*it), "check failed");
  rewriter.Keep(first);
  EXPECT_DEATH(rewriter.Drop(first), "check failed");
  EXPECT_DEATH(rewriter.Finish(), "check failed");
}

}  // namespace
}  // namespace andon
