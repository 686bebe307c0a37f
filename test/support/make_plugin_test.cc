#include "test/support/make_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "test/support/context_fixture.h"
#include "test/support/matchers.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Keeps, drops, changes, retags or fails, as the event's own "do" says.
class ObedientFilter : public Filter {
 public:
  struct Config {
    static Result<Config> Parse(const ConfigNode& node) {
      ConfigReader reader(node);
      Config config;
      reader.Optional("word", &config.word, "what is set");
      RETURN_IF_ERROR(reader.Finish());
      return config;
    }
    std::string word = "changed";
  };
  explicit ObedientFilter(Config config) : config_(std::move(config)) {}
  void Apply(const EventBatch& in, TagTable& tags, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) {
      const auto order = it->record.Find("do")->AsString();
      if (order == "keep") out.Keep(*it);
      if (order == "drop") out.Drop(*it);
      if (order == "change") out.Change(*it).Set("word", config_.word);
      if (order == "retag") out.Retag(*it, tags.Intern("other"));
      if (order == "fail") out.Fail(*it, "told to");
    }
  }

 private:
  Config config_;
};
const Register<Filter, ObedientFilter> kObedient("test_obedient", "does as it is told");

struct NoOptions {
  static Result<NoOptions> Parse(const ConfigNode& node) {
    ConfigReader reader(node);
    RETURN_IF_ERROR(reader.Finish());
    return NoOptions();
  }
};
class WholeLineParser : public Parser {
 public:
  using Config = NoOptions;
  explicit WholeLineParser(Config /*config*/) {}
  const char* Parse(std::string_view text, RecordWriter& out) override {
    out.Field("line", text);
    return text.empty() ? "empty line" : nullptr;
  }
};
const Register<Parser, WholeLineParser> kWholeLine("test_line", "one field");

class TagFormatter : public Formatter {
 public:
  using Config = NoOptions;
  explicit TagFormatter(Config /*config*/) {}
  void Format(const Tag& tag, const EntryView& entry, ByteBuffer& out) override {
    out.Append(tag.text());
    out.Append(' ');
    out.Append(JsonFromEvent(entry));
    out.Append('\n');
  }
};
const Register<Formatter, TagFormatter> kTagged("test_tagged", "tag and record");

TEST(MakePluginTest, BuildsFromYamlInFlowAndBlockStyle) {
  EXPECT_THAT(MakePlugin<Filter>("test_obedient"), IsOk());
  EXPECT_THAT(MakePlugin<Filter>("test_obedient", "{word: x, match: log.**, id: f}"), IsOk());
  EXPECT_THAT(MakePlugin<Filter>("test_obedient", "word: x\nmatch: '**'\n"), IsOk());
}

TEST(MakePluginTest, AnErrorHasEveryProblemWithItsPlace) {
  EXPECT_THAT(
      MakePlugin<Filter>("test_obedient", "{wrod: x, start: oldest}"),
      StatusIs(StatusCode::kInvalidConfig,
               "test.yaml:1:2: unknown option \"wrod\"; did you mean \"word\"?\n"
               "test.yaml:1:11: unknown option \"start\"; there are id, match, type, word"));
  EXPECT_THAT(MakePlugin<Filter>("test_obedien"),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("unknown filter \"test_obedien\"")));
}

TEST(MakePluginTest, RunsAFilterOverABatch) {
  auto filter = MakePlugin<Filter>("test_obedient", "{word: w}");
  ASSERT_THAT(filter, IsOk());
  const TestBatch batch("log", {R"({"do":"keep"})", R"({"do":"drop"})", R"({"do":"change"})",
                                R"({"do":"retag"})", R"({"do":"fail"})"});
  const Filtered out = RunFilter(**filter, batch.batch());
  EXPECT_THAT(out.events, ElementsAre(EventIs("log", R"({"do":"keep"})"),
                                      EventIs("log", R"({"do":"change","word":"w"})"),
                                      EventIs("other", R"({"do": "retag"})")));
  EXPECT_THAT(out.failures, ElementsAre(Filtered::Failure{R"({"do":"fail"})", "told to"}));
  EXPECT_EQ(out.dropped, 1u);
}

TEST(MakePluginTest, RunsAParserAndAFormatter) {
  auto parser = MakePlugin<Parser>("test_line");
  ASSERT_THAT(parser, IsOk());
  EXPECT_EQ(RunParser(**parser, "hello").record, R"({"line":"hello"})");
  EXPECT_EQ(RunParser(**parser, "").error, "empty line");
  auto formatter = MakePlugin<Formatter>("test_tagged");
  ASSERT_THAT(formatter, IsOk());
  EXPECT_EQ(RunFormatter(**formatter, {EventFromJson("a.b", R"({"x": 1})")}), "a.b {\"x\":1}\n");
}

TEST(MakePluginTest, AChunkIsMadeOfPiecesByTag) {
  const Chunk chunk = MakeChunk({EventFromJson("a", R"({"n":1})"), EventFromJson("a", R"({"n":2})"),
                                 EventFromJson("b", R"({"n":3})")},
                                {.first = 7, .settled = 6});
  ASSERT_THAT(chunk.pieces(), SizeIs(2));
  EXPECT_EQ(chunk.pieces()[1].first, 9u);
  EXPECT_EQ(chunk.window(), (Range{7, 9}));
  EXPECT_EQ(chunk.settled(), 6u);
  EXPECT_THAT(DecodeChunk(chunk), ElementsAre(EventIs("a", R"({"n":1})"),
                                              EventIs("a", R"({"n":2})"), RecordIs(R"({"n":3})")));
}

struct RecordingSink : AckSink {
  void OnAck(uint64_t token, Outcome outcome) override { heard.emplace_back(token, outcome); }
  std::vector<std::pair<uint64_t, Outcome>> heard;
};

TEST(CollectingEmitterTest, KeepsEventsAndPositionsAndAnswersWhenTold) {
  ContextFixture fixture;
  RecordingSink sink;
  const TestBatch batch("log", {R"({"n":1})", R"({"n":2})"});
  const Position position{"tail:x", AsBytes("17"), Position::Kind::kReplace};
  fixture.emitter.Emit(batch.batch(), {&position, 1}, Ack(&sink, 5));
  fixture.emitter.AckWhenDurable(Ack(&sink, 6));
  EXPECT_THAT(fixture.emitter.events(),
              ElementsAre(RecordIs(R"({"n":1})"), RecordIs(R"({"n":2})")));
  EXPECT_EQ(fixture.positions.Find("tail:x"), "17");
  EXPECT_EQ(fixture.emitter.waiting(), 2u);
  EXPECT_THAT(sink.heard, IsEmpty());
  fixture.emitter.AnswerOne();
  EXPECT_THAT(sink.heard, ElementsAre(std::pair(uint64_t{5}, AckSink::Outcome::kDurable)));
  fixture.emitter.DropAll();
  EXPECT_EQ(sink.heard.back(), std::pair(uint64_t{6}, AckSink::Outcome::kDropped));
}

TEST(CollectingEmitterTest, CallsItsHookInsideEmitAsAPipelinePauses) {
  CollectingEmitter emitter;
  int calls = 0;
  emitter.OnEmit([&calls] { ++calls; });
  emitter.AnswerAtOnce(true);
  RecordingSink sink;
  emitter.Emit(std::span<const EventBatch>(), {}, Ack(&sink, 1));
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(sink.heard, SizeIs(1));
}

TEST(MemoryPositionsTest, RunsAreClaimedOnceAndKeptWhenStored) {
  MemoryPositions positions;
  const Range first[] = {{1, 10}};
  EXPECT_THAT(positions.Claim("forward:a", first), ElementsAre(Range{1, 10}));
  const Range second[] = {{5, 12}};
  EXPECT_THAT(positions.Claim("forward:a", second), ElementsAre(Range{11, 12}));
  positions.Restart();
  EXPECT_THAT(positions.Claim("forward:a", first), ElementsAre(Range{1, 10}));

  RunSet runs;
  runs.Add(Range{1, 10});
  ByteBuffer encoded;
  runs.EncodeTo(encoded);
  positions.Store({"forward:a", encoded.bytes(), Position::Kind::kRuns});
  positions.Restart();
  EXPECT_THAT(positions.Claim("forward:a", second), ElementsAre(Range{11, 12}));
  positions.Store({"forward:a", {}, Position::Kind::kErase});
  EXPECT_EQ(positions.size(), 0u);
}

TEST(ContextFixtureTest, ANoteIsKeptAndItsAnswerComesFromTheLoop) {
  ContextFixture fixture({.id = "out", .kind = "output"});
  Status answer = Unavailable("not yet");
  fixture.output().save_note("note 1", [&answer](Status status) { answer = std::move(status); });
  EXPECT_FALSE(answer.ok());
  fixture.world.RunUntilIdle();
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(fixture.output().note, "note 1");
  EXPECT_EQ(fixture.output().id, "out");
}

}  // namespace
}  // namespace andon
