// The readers of answers and what follows from them: bulk_answer, verdict,
// concurrency_limit, node_pool, index_name; and doubt_book.
#include <functional>

#include "outputs/elasticsearch/base64.h"
#include "outputs/elasticsearch/bulk_answer.h"
#include "outputs/elasticsearch/concurrency_limit.h"
#include "outputs/elasticsearch/doubt_book.h"
#include "outputs/elasticsearch/index_name.h"
#include "outputs/elasticsearch/node_pool.h"
#include "outputs/elasticsearch/range_list.h"
#include "outputs/elasticsearch/time_stamp.h"
#include "outputs/elasticsearch/verdict.h"
#include "test/support/context_fixture.h"
#include "test/support/matchers.h"

namespace andon::elasticsearch {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(RangeListTest, AddsRemovesAndIntersects) {
  RangeList list;
  list.Add({5, 7});
  list.Add({1, 2});
  list.Add({8, 9});
  EXPECT_THAT(list.ranges(), ElementsAre(Range{1, 2}, Range{5, 9}));
  list.Remove({6, 6});
  EXPECT_THAT(list.ranges(), ElementsAre(Range{1, 2}, Range{5, 5}, Range{7, 9}));
  EXPECT_THAT(list.Common({2, 7}), ElementsAre(Range{2, 2}, Range{5, 5}, Range{7, 7}));
  list.Remove({1, 9});
  EXPECT_TRUE(list.empty());
}

TEST(DoubtBookTest, ANoteIsReadBackAndItsEventsAreInDoubt) {
  const Chunk chunk = MakeChunk({EventFromJson("a", "{}"), EventFromJson("a", "{}")});
  DoubtBook book;
  ASSERT_THAT(book.Recover(""), IsOk());
  EXPECT_FALSE(book.MaySend(chunk));
  book.Reserve(chunk);
  EXPECT_FALSE(book.MaySend(chunk)) << "the note is not durable yet";
  book.Reserved(book.wanted());
  EXPECT_TRUE(book.MaySend(chunk));
  EXPECT_THAT(book.Doubtful(chunk), testing::IsEmpty());
  DoubtBook later;
  ASSERT_THAT(later.Recover(book.note()), IsOk());
  EXPECT_TRUE(later.MaySend(chunk));
  EXPECT_THAT(later.Doubtful(chunk), ElementsAre(Range{1, 2}));
  later.Known(chunk.lane(), {{1, 1}});
  EXPECT_THAT(later.Doubtful(chunk), ElementsAre(Range{2, 2}));
  later.Settled(chunk.lane(), 2);
  EXPECT_THAT(later.Doubtful(chunk), testing::IsEmpty());
  later.LaneClosed(chunk.lane());
  EXPECT_FALSE(later.MaySend(chunk));
  for (const char* note : {"x", "elasticsearch 1\nabc\n",
                           "elasticsearch 1\n"
                           "01234567-89ab-4def-8123-456789abcdef 1x\n"}) {
    EXPECT_THAT(DoubtBook().Recover(note), StatusIs(StatusCode::kCorrupt, testing::_)) << note;
  }
}

TEST(BulkAnswerTest, EveryItemsStatusIsRead) {
  const auto answer = BulkAnswer::Parse(
      R"({"took":5,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":201}},)"
      R"({"create":{"_index":"i","_id":"1","status":400,"error":{"type":"document_parsing_exception",)"
      R"("reason":"failed to parse field [n]","caused_by":{"type":"illegal_argument_exception",)"
      R"("reason":"For input string: \"x\""}}}},{"create":{"status":201}},)"
      R"({"index":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"busy"}}}]})");
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(answer->statuses, ElementsAre(201, 201, 400, 201, 429));
  ASSERT_THAT(answer->failures, SizeIs(2));
  EXPECT_EQ(answer->failures[0].item, 2u);
  EXPECT_EQ(answer->failures[0].error.type, "document_parsing_exception");
  EXPECT_EQ(answer->failures[0].error.reason, "failed to parse field [n]: For input string: \"x\"");
  EXPECT_EQ(answer->failures[1].item, 4u);
}

TEST(BulkAnswerTest, AnythingElseIsCorrupt) {
  for (const char* text :
       {"", "<html>", "{}", R"({"items":[]}x)", R"({"items":[{"create":{}}]})",
        R"({"items":[{"create":{"status":201}})", R"({"items":[{"create":{"status":201}}{}]})",
        R"({"items":[{"create":{"status":7}}]})", R"({"items":[],"items":[]})", R"([1])"}) {
    EXPECT_THAT(BulkAnswer::Parse(text), StatusIs(StatusCode::kCorrupt, testing::_)) << text;
  }
  EXPECT_THAT(BulkAnswer::Parse("<html>\x01\xff"),
              StatusIs(StatusCode::kCorrupt, HasSubstr("\"<html>  \"")));
}

TEST(BulkAnswerTest, TheErrorOfARefusalIsFound) {
  const AnswerError error = ParseErrorAnswer(
      R"({"error":{"root_cause":[{"type":"a","reason":"b"}],"type":"security_exception",)"
      R"("reason":"missing authentication credentials"},"status":401})");
  EXPECT_EQ(error.type, "security_exception");
  EXPECT_EQ(error.reason, "missing authentication credentials");
  EXPECT_EQ(ParseErrorAnswer(R"({"error":"no handler found","status":400})").reason,
            "no handler found");
  EXPECT_EQ(ParseErrorAnswer("Bad Gateway").reason, "Bad Gateway");
}

TEST(VerdictTest, AnItemsStatusSaysWhatBecomesOfIt) {
  const auto verdict = [](int status, const char* type = "", const char* reason = "") {
    return ItemVerdict(status, {type, reason}, Operation::kCreate);
  };
  EXPECT_EQ(verdict(201), Verdict::kDone);
  EXPECT_EQ(verdict(409), Verdict::kExists);
  EXPECT_EQ(verdict(429), Verdict::kOverload);
  EXPECT_EQ(verdict(503), Verdict::kOverload);
  EXPECT_EQ(verdict(500, "i_o_exception"), Verdict::kAgain);
  EXPECT_EQ(verdict(500, "mapper_parsing_exception"), Verdict::kRejected);
  EXPECT_EQ(verdict(400, "document_parsing_exception"), Verdict::kRejected);
  EXPECT_EQ(verdict(403, "security_exception"), Verdict::kAgain);
  EXPECT_EQ(verdict(404, "index_not_found_exception"), Verdict::kAgain);
  EXPECT_EQ(verdict(400, "illegal_argument_exception", "pipeline with id [p] does not exist"),
            Verdict::kAgain);
  EXPECT_EQ(ItemVerdict(409, {}, Operation::kUpdate), Verdict::kAgain);
  // Elasticsearch 8; 7 and OpenSearch.
  for (const char* limit :
       {"this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum "
        "normal shards open;",
        "this action would add [2] total shards, but this cluster currently has [1000]/[1000] "
        "maximum shards open;"}) {
    EXPECT_EQ(verdict(400, "validation_exception", limit), Verdict::kAgain);
  }
  EXPECT_EQ(verdict(400, "illegal_argument_exception",
                    "no write index is defined for alias [a]. The write index may be explicitly "
                    "disabled using is_write_index=false"),
            Verdict::kAgain);
}

TEST(VerdictTest, SaysWhatToDo) {
  EXPECT_THAT(Explain(401, {"security_exception", "no"}), HasSubstr("check user and password"));
  EXPECT_THAT(Explain(403, {"security_exception", "no"}), HasSubstr("create_doc"));
  EXPECT_THAT(Explain(403, {"cluster_block_exception", "no"}), HasSubstr("disk"));
  EXPECT_THAT(Explain(404, {"index_not_found_exception", "no such index [i]"}),
              testing::AllOf(HasSubstr("no such index [i]"), HasSubstr("create the index")));
  EXPECT_THAT(Explain(301, {}), HasSubstr("redirects"));
}

TEST(ConcurrencyLimitTest, GrowsWhileAnswersAreQuickAndIsHalvedWhenTheServerIsBusy) {
  ConcurrencyLimit limit(8);
  EXPECT_EQ(limit.current(), 2);
  for (int i = 0; i < 100; ++i) limit.OnAnswer(10ms, limit.current());
  EXPECT_EQ(limit.current(), 8);
  limit.OnOverload();
  EXPECT_EQ(limit.current(), 4);
  for (int i = 0; i < 10; ++i) limit.OnOverload();
  EXPECT_EQ(limit.current(), 1);
}

TEST(ConcurrencyLimitTest, DoesNotGrowUnusedAndShrinksWhenAnswersSlowDown) {
  ConcurrencyLimit limit(8);
  for (int i = 0; i < 100; ++i) limit.OnAnswer(10ms, 1);
  EXPECT_EQ(limit.current(), 2);
  for (int i = 0; i < 100; ++i) limit.OnAnswer(10ms, limit.current());
  for (int i = 0; i < 5; ++i) limit.OnAnswer(1s * (i + 1), limit.current());
  EXPECT_LT(limit.current(), 8);
}

TEST(NodePoolTest, EachNodeGetsItsShareAndADeadOneIsTriedAgainLater) {
  ContextFixture fixture;
  NodePool pool({"a", "b", "c"}, fixture.output().metrics, fixture.world.random());
  const MonotonicTime now{};
  std::map<std::string, int> chosen;
  for (int i = 0; i < 6; ++i) ++chosen[pool.Choose(now).url];
  EXPECT_EQ(chosen["a"], 2);
  EXPECT_EQ(chosen["b"], 2);
  Node& dead = pool.Choose(now);
  pool.Failed(dead, now);
  for (int i = 0; i < 6; ++i) EXPECT_NE(pool.Choose(now).url, dead.url);
  chosen.clear();
  for (int i = 0; i < 3; ++i) ++chosen[pool.Choose(now + 2s).url];
  EXPECT_EQ(chosen[dead.url], 1);
  NodePool::Worked(dead);
  EXPECT_EQ(dead.up.value(), 1);
}

TEST(NodePoolTest, WhenAllAreDeadTheOneThatWaitsLeastIsChosen) {
  ContextFixture fixture;
  NodePool pool({"a", "b"}, fixture.output().metrics, fixture.world.random());
  const MonotonicTime now{};
  Node& first = pool.Choose(now);
  Node& second = pool.Choose(now);
  pool.Failed(first, now);
  for (int i = 0; i < 4; ++i) pool.Failed(second, now);
  EXPECT_EQ(&pool.Choose(now), &first);
}

TEST(IndexNameTest, WhatNoNameCanBeIsSaid) {
  EXPECT_THAT(IndexName::Parse(""), StatusIs(StatusCode::kInvalidConfig, HasSubstr("empty")));
  EXPECT_THAT(IndexName::Parse("-a"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("begin")));
  EXPECT_THAT(IndexName::Parse("Logs"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("'L'")));
  EXPECT_THAT(IndexName::Parse("a%M"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("%Y")));
  EXPECT_THAT(IndexName::Parse("a%"), StatusIs(StatusCode::kInvalidConfig, HasSubstr("end")));
  EXPECT_THAT(IndexName::Parse("a-${b}"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("placeholder")));
}

TEST(IndexNameTest, KnowsWhatItDependsOn) {
  EXPECT_TRUE(IndexName::Parse("a-b")->constant());
  EXPECT_EQ(IndexName::Parse("a-%Y.%m.%d")->bucket_seconds(), 86'400u);
  EXPECT_EQ(IndexName::Parse("a-%Y-%H")->bucket_seconds(), 3600u);
  EXPECT_TRUE(IndexName::Parse(R"(a-${record["X"]})")->by_record());
  EXPECT_EQ(IndexName::Parse("a-${tag}-%Y")->prefix(), "a-");
}

TEST(IndexNameTest, ATagCanNeitherAddADateNorAForbiddenCharacter) {
  const auto name = IndexName::Parse("a-${tag}");
  ByteBuffer out;
  EXPECT_EQ(name->Render("Log.%Y/x", {}, "h", out), nullptr);
  EXPECT_EQ(out.text(), "a-log.%y_x");
  const std::string tag(300, 'x');
  EXPECT_THAT(name->Render(tag, {}, "h", out), HasSubstr("255"));
}

TEST(TimeStampTest, IsUtcWithNanoseconds) {
  TimeStamp stamp;
  char text[TimeStamp::kBytes];
  const auto written = [&](EventTime time) {
    stamp.Write(time, text);
    return std::string(text, sizeof text);
  };
  EXPECT_EQ(written({0, 0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(written({951'827'696, 5}), "2000-02-29T12:34:56.000000005Z");
  EXPECT_EQ(written({UINT32_MAX, 999'999'999}), "2106-02-07T06:28:15.999999999Z");
}

TEST(Base64Test, IsThatOfTheRfc) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace andon::elasticsearch
