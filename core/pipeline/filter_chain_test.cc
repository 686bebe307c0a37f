#include "core/pipeline/filter_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/metrics.h"
#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Verdict = std::function<void(const EntryView&, TagTable&, BatchRewriter&)>;

class TestFilter final : public Filter {
 public:
  explicit TestFilter(Verdict verdict) : verdict_(std::move(verdict)) {}
  void Apply(const EventBatch& in, TagTable& tags, BatchRewriter& out) override {
    for (EntryIterator entry(in.entries); !entry.done(); entry.Next()) verdict_(*entry, tags, out);
  }

 private:
  const Verdict verdict_;
};

int64_t NumberOf(const EntryView& entry) { return *entry.record.Find("n")->AsInt(); }

void KeepEach(const EntryView& entry, TagTable& /*tags*/, BatchRewriter& out) { out.Keep(entry); }

void DropOdd(const EntryView& entry, TagTable& /*tags*/, BatchRewriter& out) {
  if (NumberOf(entry) % 2 == 0) return out.Keep(entry);
  out.Drop(entry);
}

void FailAtTwo(const EntryView& entry, TagTable& /*tags*/, BatchRewriter& out) {
  if (NumberOf(entry) != 2) return out.Keep(entry);
  out.Fail(entry, "two is not wanted");
}

// Marks what it sees with its own name.
Verdict Mark(const char* name) {
  return [name](const EntryView& entry, TagTable& /*tags*/, BatchRewriter& out) {
    out.Change(entry).Set(name, int64_t{1});
  };
}

Verdict RetagTo(const char* tag) {
  return [tag](const EntryView& entry, TagTable& tags, BatchRewriter& out) {
    out.Retag(entry, tags.Intern(tag));
  };
}

class FilterChainTest : public testing::Test {
 protected:
  void Add(const std::string& id, const char* match, Verdict verdict) {
    ledgers.push_back(std::make_shared<PartLedger>(MetricScope(metrics, {{"id", id}})));
    stages.push_back({id, *TagPattern::Parse(match),
                      std::make_unique<TestFilter>(std::move(verdict)), ledgers.back()});
  }
  std::vector<TestEvent> Process(const TestBatch& batch) {
    if (chain == nullptr) chain = std::make_unique<FilterChain>(std::move(stages), tags);
    std::vector<EventBatch> out;
    chain->Process(batch.batch(), &out);
    std::vector<TestEvent> events;
    for (const EventBatch& made : out) {
      EXPECT_GT(made.count, 0u);
      for (TestEvent& event : DecodeBatch(made)) events.push_back(std::move(event));
    }
    chain->Clear();
    return events;
  }
  uint64_t Dropped(const std::string& id) {
    return metrics.Sum("andon_events_dropped_total", {{"id", id}, {"cause", "filtered"}});
  }

  MetricRegistry metrics;
  TagTable tags;
  std::vector<FilterChain::Stage> stages;
  std::vector<std::shared_ptr<PartLedger>> ledgers;
  std::unique_ptr<FilterChain> chain;
};

TEST_F(FilterChainTest, FiltersRunInTheirOrderOverWhatTheOnesBeforeHaveKept) {
  Add("first", "**", DropOdd);
  Add("second", "log.*", Mark("seen"));
  EXPECT_THAT(Process({"log.a", {R"({"n":1})", R"({"n":2})", R"({"n":4})"}}),
              ElementsAre(EventIs("log.a", R"({"n":2,"seen":1})"),
                          EventIs("log.a", R"({"n":4,"seen":1})")));
  EXPECT_EQ(ledgers[0]->received(), 3u);
  EXPECT_EQ(ledgers[0]->passed(), 2u);
  EXPECT_EQ(Dropped("first"), 1u);
  EXPECT_EQ(ledgers[1]->received(), 2u);
  EXPECT_EQ(ledgers[1]->passed(), 2u);
}

TEST_F(FilterChainTest, ATagThatNoFilterWantsIsNotTouched) {
  Add("only", "log.**", KeepEach);
  const TestBatch batch("metrics.cpu", {R"({"n":1})"});
  EXPECT_THAT(Process(batch), ElementsAre(EventIs("metrics.cpu", R"({"n":1})")));
  EXPECT_FALSE(chain->Wants(batch.tag()));
  EXPECT_EQ(ledgers[0]->received(), 0u);
}

TEST_F(FilterChainTest, ANewTagGoesOnFromTheNextFilterNotFromTheFirst) {
  Add("first", "b.**", Mark("first"));
  Add("second", "a", RetagTo("b.x"));
  Add("third", "b.**", Mark("third"));
  Add("fourth", "a", Mark("fourth"));
  EXPECT_THAT(Process({"a", {R"({"n":1})"}}), ElementsAre(EventIs("b.x", R"({"n":1,"third":1})")));
  EXPECT_EQ(ledgers[0]->received(), 0u);
  EXPECT_EQ(ledgers[3]->received(), 0u);
}

TEST_F(FilterChainTest, WhatAFilterCannotTreatBecomesAnErrorEventAndTheOthersGoOn) {
  Add("strict", "**", FailAtTwo);
  Add("after", "**", Mark("after"));
  EXPECT_THAT(
      Process({"log.a", {R"({"n":1})", R"({"n":2})", R"({"n":3})"}}),
      testing::UnorderedElementsAre(
          EventIs("log.a", R"({"n":1,"after":1})"), EventIs("log.a", R"({"n":3,"after":1})"),
          EventIs(
              "andon.error.strict.log.a",
              R"({"error":"two is not wanted","plugin":"strict","tag":"log.a","record":{"n":2}})")));
  EXPECT_EQ(ledgers[0]->received(), 3u);
  EXPECT_EQ(ledgers[0]->passed(), 2u);
  EXPECT_EQ(metrics.Sum("andon_events_rejected_total", {{"id", "strict"}}), 1u);
  EXPECT_EQ(ledgers[1]->received(), 2u);
}

TEST_F(FilterChainTest, ErrorEventsPassByFiltersThatDoNotNameThem) {
  Add("all", "**", DropOdd);
  Add("errors", "andon.error.**", Mark("looked_at"));
  EXPECT_THAT(Process({"andon.error.tail.log", {R"({"n":1})"}}),
              ElementsAre(EventIs("andon.error.tail.log", R"({"n":1,"looked_at":1})")));
  EXPECT_EQ(ledgers[0]->received(), 0u);
}

TEST_F(FilterChainTest, WhatAllFiltersDropIsNothingAtAll) {
  Add("first", "**", DropOdd);
  Add("second", "**", KeepEach);
  EXPECT_THAT(Process({"log.a", {R"({"n":1})", R"({"n":3})"}}), IsEmpty());
  EXPECT_EQ(Dropped("first"), 2u);
  EXPECT_EQ(ledgers[1]->received(), 0u);
}

TEST_F(FilterChainTest, TheChainIsUsedAgainForBatchAfterBatch) {
  Add("strict", "**", FailAtTwo);
  Add("mark", "**", Mark("seen"));
  for (int i = 0; i < 300; ++i) {
    EXPECT_THAT(Process({"log.a", {R"({"n":1})", R"({"n":2})"}}), SizeIs(2));
  }
  EXPECT_EQ(ledgers[0]->received(), 600u);
  EXPECT_EQ(ledgers[1]->received(), 300u);
}

}  // namespace
}  // namespace andon
