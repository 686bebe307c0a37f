#include "outputs/elasticsearch/bulk_writer.h"

#include <cmath>
#include <limits>
#include <map>

#include "core/config/config_node.h"
#include "core/event/msgpack_writer.h"
#include "outputs/elasticsearch/elasticsearch_config.h"
#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon::elasticsearch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr EventTime kNoon{1'795'263'139, 123'456'789};  // 2026-11-21T12:12:19.123456789Z
constexpr const char* kLane = "00000000-0000-0001-0000-000000000001";

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    EXPECT_NE(end, std::string_view::npos) << "the last line has no end";
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  return lines;
}

class BulkWriterTest : public testing::Test {
 protected:
  void Configure(const std::string& options) {
    const auto loaded = Config::FromText("{hosts: es1" + options + "}", "test.yaml");
    auto parsed = ElasticsearchConfig::Parse(loaded->root());
    ASSERT_TRUE(loaded->ok()) << loaded->problems().front().ToString();
    config = *std::move(parsed);
    writer.emplace(config.document, hostname);
  }
  std::vector<std::string> Write(const Chunk& chunk) {
    body.Clear();
    part = writer->Write(chunk, limit, body);
    return Lines(body.text());
  }
  std::vector<std::string> Write(const std::vector<TestEvent>& events) {
    return Write(MakeChunk(events));
  }
  // The document of one event whose record is packed by `pack`.
  std::string DocumentOf(const std::function<void(MsgpackWriter&)>& pack) {
    ByteBuffer entry;
    MsgpackWriter out(entry);
    out.ArrayHeader(2);
    out.Time(kNoon);
    pack(out);
    const Tag tag("a");
    Chunk::Parts parts;
    parts.window = {1, 1};
    parts.pieces.push_back({&tag, entry.bytes(), 1, 1, {}, {}});
    const auto lines = Write(Chunk(std::move(parts)));
    return lines.size() == 2 ? lines[1] : "";
  }

  std::string hostname = "web1";
  ElasticsearchConfig config;
  std::optional<BulkWriter> writer;
  size_t limit = 1 << 20;
  ByteBuffer body;
  BulkPart part;
};

TEST_F(BulkWriterTest, AnEventIsAnActionWithItsIdentityAndADocumentWithItsTime) {
  Configure("");
  EXPECT_THAT(
      Write({EventFromJson("log.a", R"({"code":200,"path":"/"})", kNoon)}),
      ElementsAre(
          R"({"create":{"_id":")" + std::string(kLane) + R"(-1"}})",
          R"({"@timestamp":"2026-11-21T12:12:19.123456789Z","tag":"log.a","code":200,"path":"/"})"));
  EXPECT_THAT(part.items, ElementsAre(Range{1, 1}));
  EXPECT_EQ(part.events, 1u);
  EXPECT_EQ(part.index, "andon-2026.11.21");
}

TEST_F(BulkWriterTest, TheIndexIsThatOfTheEventsOwnDate) {
  Configure(R"(, index: "l-${tag_parts[1]}-%Y.%m.%d-%H")");
  const auto lines = Write({EventFromJson("log.a", "{}", {1'795'305'599, 0}),
                            EventFromJson("log.a", "{}", {1'795'305'600, 0}),
                            EventFromJson("log.b", "{}", {1'795'305'600, 0}),
                            EventFromJson("log.a", "{}", {0, 0})});
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_EQ(part.index, "l-a-2026.11.21-23");
  EXPECT_THAT(lines[0], Not(HasSubstr("_index")));
  EXPECT_THAT(lines[2], HasSubstr(R"("_index":"l-a-2026.11.22-00")"));
  EXPECT_THAT(lines[4], HasSubstr(R"("_index":"l-b-2026.11.22-00")"));
  EXPECT_THAT(lines[6], HasSubstr(R"("_index":"l-a-1970.01.01-00")"));
}

TEST_F(BulkWriterTest, TheIdIsTheFirstJournalsWhereTheEventComesFromAnother) {
  Configure("");
  const Tag tag("a");
  const TestBatch batch("a", {"{}", "{}", "{}"});
  const andon::Run origin[] = {{{7, 7}, 41, 2}, {{8, 8}, 1, 1}};
  Chunk::Parts parts;
  parts.lane = {1, 1};
  parts.window = {5, 7};
  parts.pieces.push_back({&tag, batch.batch().entries, 3, 5, origin, {}});
  const auto lines = Write(Chunk(std::move(parts)));
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_THAT(lines[0], HasSubstr("00000000-0000-0007-0000-000000000007-41\""));
  EXPECT_THAT(lines[2], HasSubstr("00000000-0000-0007-0000-000000000007-42\""));
  EXPECT_THAT(lines[4], HasSubstr("00000000-0000-0008-0000-000000000008-1\""));
  EXPECT_THAT(part.items, ElementsAre(Range{5, 7}));
}

TEST_F(BulkWriterTest, AStringIsValidJsonWhateverItsBytes) {
  Configure("");
  const std::string bytes("a\0\x01\"\\\n\xff\xc3\xa9\xed\xa0\x80", 12);
  EXPECT_THAT(DocumentOf([&](MsgpackWriter& out) {
                out.MapHeader(1);
                out.String("k");
                out.String(bytes);
              }),
              HasSubstr(R"("k":"a\u0000\u0001\"\\\n)"
                        "\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
}

TEST_F(BulkWriterTest, NumbersKeepAll64BitsAndWhatIsNoNumberIsNull) {
  Configure("");
  EXPECT_THAT(DocumentOf([](MsgpackWriter& out) {
                out.MapHeader(5);
                out.String("u");
                out.Uint(UINT64_MAX);
                out.String("i");
                out.Int(INT64_MIN);
                out.String("d");
                out.Float(0.1);
                out.String("n");
                out.Float(std::nan(""));
                out.String("inf");
                out.Float(std::numeric_limits<double>::infinity());
              }),
              HasSubstr(R"("u":18446744073709551615,"i":-9223372036854775808,"d":0.1,"n":null,)"
                        R"("inf":null})"));
}

TEST_F(BulkWriterTest, AFieldUnderTheTimesOrTheTagsKeyGivesWay) {
  Configure("");
  EXPECT_THAT(Write({EventFromJson("a", R"({"@timestamp":"x","b":1,"tag":{"c":2}})", kNoon)})[1],
              testing::Eq(R"({"@timestamp":"2026-11-21T12:12:19.123456789Z","tag":"a","b":1})"));
  Configure(R"(, time_key: "", tag_key: "")");
  EXPECT_EQ(Write({EventFromJson("a", R"({"@timestamp":"x","b":1})")})[1],
            R"({"@timestamp":"x","b":1})");
  EXPECT_EQ(Write({EventFromJson("a", "{}")})[1], "{}");
  Configure(R"(, time_key: "", tag_key: t)");
  EXPECT_EQ(Write({EventFromJson("a", R"({"b":1})")})[1], R"({"t":"a","b":1})");
}

TEST_F(BulkWriterTest, OpIdRoutingPipelineAndTypeAreAsConfigured) {
  Configure(
      R"x(, op: update, index: i, document_id: '${record["id"]}', routing: '${tag}', type_name: doc,)x"
      R"x( pipeline: 'p-${record["p"]}', time_key: "", tag_key: "")x");
  EXPECT_THAT(Write({EventFromJson("a", R"({"id":"x\"y","p":1})")}),
              ElementsAre(R"({"update":{"_type":"doc","_id":"x\"y","_routing":"a",)"
                          R"("pipeline":"p-1"}})",
                          R"({"doc":{"id":"x\"y","p":1},"doc_as_upsert":true})"));
  EXPECT_THAT(Write({EventFromJson("a", "{}")})[0], HasSubstr(std::string(kLane) + "-1\""))
      << "without the field the identity stands in";
  Configure(", op: index, document_id: none, index: i");
  EXPECT_EQ(Write({EventFromJson("a", "{}")})[0], R"({"index":{}})");
}

TEST_F(BulkWriterTest, AnEventWithoutAnIndexOrWithTooLongAnIdIsRejectedAlone) {
  Configure(R"x(, index: 'i-${record["i"]}', document_id: '${record["id"]}')x");
  const auto lines = Write({EventFromJson("a", R"({"i":"A b"})"), EventFromJson("a", "{}"),
                            EventFromJson("a", R"({"i":1,"id":")" + std::string(513, 'x') + "\"}"),
                            EventFromJson("a", R"({"i":2})")});
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(part.index, "i-a_b");
  EXPECT_THAT(lines[2], HasSubstr(R"("_index":"i-2")"));
  EXPECT_THAT(part.items, ElementsAre(Range{1, 1}, Range{4, 4}));
  ASSERT_THAT(part.rejected, SizeIs(2));
  EXPECT_EQ(part.rejected[0].event, 2u);
  EXPECT_THAT(part.rejected[0].reason, HasSubstr("lacks"));
  EXPECT_EQ(part.rejected[1].event, 3u);
  EXPECT_THAT(part.rejected[1].reason, HasSubstr("512"));
}

// In a path they would be another place than an index.
TEST_F(BulkWriterTest, DotsAloneAreNoIndex) {
  Configure(R"x(, index: '${record["i"]}')x");
  EXPECT_THAT(Write({EventFromJson("a", R"({"i":".."})"), EventFromJson("a", R"({"i":"."})")}),
              IsEmpty());
  ASSERT_THAT(part.rejected, SizeIs(2));
  EXPECT_THAT(part.rejected[0].reason, HasSubstr("\"..\""));
}

TEST_F(BulkWriterTest, ARoutingOrPipelineWithoutTextIsNone) {
  Configure(R"x(, index: i, document_id: none, routing: '${record["r"]}',
            pipeline: '${record["p"]}')x");
  EXPECT_EQ(Write({EventFromJson("a", R"({"r":"","p":""})")})[0], R"({"create":{}})");
}

TEST_F(BulkWriterTest, WhatFindsNoRoomIsLeftAndOneEventAlwaysFits) {
  Configure("");
  limit = 340;
  std::vector<TestEvent> events;
  for (int i = 0; i < 5; ++i) events.push_back(EventFromJson(i < 2 ? "a" : "b", R"({"n":1})"));
  Write(events);
  EXPECT_LE(body.size(), limit);
  EXPECT_THAT(part.items, ElementsAre(Range{1, 2}));
  EXPECT_THAT(part.left, ElementsAre(Range{3, 5}));
  limit = 1;
  Write(events);
  EXPECT_THAT(part.items, ElementsAre(Range{1, 1}));
  EXPECT_THAT(part.left, ElementsAre(Range{2, 2}, Range{3, 5}));
}

TEST_F(BulkWriterTest, KeysAreRenamedByTheFirstRuleThatCoversTheTag) {
  Configure(R"(, tag_key: "", time_key: "", rename: [{match: "log.http", ecs: access, fields: )"
            R"({code: c}}, {match: "log.*", ecs: syslog}])");
  EXPECT_EQ(
      Write({EventFromJson("log.http", R"({"host":"::1","code":200,"agent":"x","other":1})")})[1],
      R"({"source.address":"::1","c":200,"user_agent.original":"x","other":1})");
  EXPECT_EQ(Write({EventFromJson("log.x", R"({"host":"h","ident":"i"})")})[1],
            R"({"host.name":"h","log.syslog.appname":"i"})");
  EXPECT_EQ(Write({EventFromJson("log.x", R"({"host":{"name":"h"}})")})[1],
            R"({"host":{"name":"h"}})")
      << "an object is one already";
  EXPECT_EQ(Write({EventFromJson("x", R"({"host":"h"})")})[1], R"({"host":"h"})");
}

TEST_F(BulkWriterTest, RecordsOfManyShapesInAnyOrderKeepTheirKeys) {
  Configure(
      R"(, tag_key: "", time_key: t, rename: [{match: "a", ecs: access, fields: {k: "n.k"}}])");
  const std::vector<std::string> records = {
      R"({"a":1,"b":2})",
      R"({"b":1,"a":{"x":2}})",
      R"({"host":"h","t":5,"k":1})",
      R"({"host":{"name":1}})",
      R"({"k":{"y":1},"":3})",
      R"({"\"\\\n":1,"code":2})",
      R"({"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":1,"ab":2})",
      R"({"ac":1,"abcdefghij":2,"abcdefghik":3,"abcdefghijklmnopqr":4})"};
  // Each alone, by a writer that knows nothing.
  std::map<std::string, std::string> wanted;
  for (const char* tag : {"a", "b"}) {
    for (const std::string& record : records) {
      writer.emplace(config.document, hostname);
      wanted[tag + record] = Write({EventFromJson(tag, record)})[1];
    }
  }
  writer.emplace(config.document, hostname);
  for (size_t i = 0; i < 500; ++i) {
    const std::string& record = records[i * i % 7 * (i % 3 + 1) % records.size()];
    const char* const tag = i % 5 == 0 ? "b" : "a";
    EXPECT_EQ(Write({EventFromJson(tag, record)})[1], wanted[tag + record]);
  }
}

TEST_F(BulkWriterTest, TargetsAreTheIdsThatAreWritten) {
  Configure(", index: 'i-${tag}'");
  const auto targets = writer->Targets(
      MakeChunk({EventFromJson("a", "{}"), EventFromJson("a", "{}"), EventFromJson("b", "{}")}));
  ASSERT_THAT(targets, SizeIs(2));
  EXPECT_EQ(targets[0].index, "i-a");
  ASSERT_THAT(targets[0].ids, SizeIs(2));
  EXPECT_EQ(targets[0].ids[1].first, 2u);
  EXPECT_EQ(targets[0].ids[1].second, std::string(kLane) + "-2");
}

}  // namespace
}  // namespace andon::elasticsearch
