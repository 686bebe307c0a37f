#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "inputs/tail/tail_config.h"
#include "test/support/tail_fixture.h"

namespace andon::tail {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Takes lines of digits only.
class DigitsParser final : public Parser {
 public:
  using Config = NoOptions;
  explicit DigitsParser(const Config& /*config*/) {}
  const char* Parse(std::string_view text, RecordWriter& out) override {
    out.Field("seen", text);
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return "not a number";
    out.Field("n", static_cast<int64_t>(std::stoll(std::string(text))));
    return nullptr;
  }
};
const Register<Parser, DigitsParser> kDigits("test_digits", "numbers, for tests");

// Warnings while it lives: the message, and its first field.
class Said {
 public:
  Said()
      : tap_(SetLogTap([this](const LogEvent& event) {
          if (event.level != LogLevel::kWarn) return;
          lines_.push_back(std::string(event.message) + ": " + event.fields.begin()->value);
        })) {}
  ~Said() { RemoveLogTap(tap_); }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  const uint64_t tap_;
};

using TailLinesTest = TailFixture;

TEST_F(TailLinesTest, ALineWithoutItsEndIsSentAfterAWhile) {
  Append("a.log", "half");
  Run("*.log", "read_from: head, flush_after: 5s");
  fixture.world.Advance(4s);
  EXPECT_THAT(Messages(), IsEmpty());
  fixture.world.Advance(2s);
  EXPECT_THAT(Messages(), ElementsAre("half"));
  Stop();
  Append("a.log", "\nmore\n");
  Run("*.log", "read_from: head");
  EXPECT_THAT(Messages(), ElementsAre("", "more"));
}

TEST_F(TailLinesTest, LinesKeepTheirBytes) {
  Append("a.log", std::string("cr\r\nn\0l\n\n\xff\xfe\n", 12));
  Run();
  const std::vector<TestEvent> events = fixture.emitter.events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_THAT(events[0], RecordIs(R"({"message":"cr"})"));
  EXPECT_THAT(events[1], RecordIs(R"({"message":"n\u0000l"})"));
  EXPECT_THAT(events[2], RecordIs(R"({"message":""})"));
  EXPECT_EQ(fixture.emitter.count(), 4u);
}

TEST_F(TailLinesTest, LongLinesAreCutAndCounted) {
  Append("a.log", "short\n" + std::string(3'000'000, 'x') + "\nafter\n");
  const Said said;
  Run("*.log", "read_from: head, max_line_size: 10");
  EXPECT_THAT(said.lines(), ElementsAre("lines are longer than max_line_size: " + root + "/a.log"));
  EXPECT_THAT(Messages(), ElementsAre("short", "xxxxxxxxxx", "after"));
  EXPECT_EQ(Metric("andon_tail_cut_lines_total"), 1u);
}

TEST_F(TailLinesTest, AFileOfUtf16IsNamed) {
  Append("a.log", std::string("\xff\xfe"
                              "a\0\n\0",
                              6));
  Append("b.log", "\xff plain\n");
  const Said said;
  Run("*.log", "read_from: head");
  ASSERT_THAT(said.lines(), testing::SizeIs(1));
  EXPECT_THAT(said.lines()[0], testing::HasSubstr("UTF-16"));
  EXPECT_THAT(said.lines()[0], testing::HasSubstr("/a.log"));
}

TEST_F(TailLinesTest, LongLinesAreDroppedAndCountedWhenAskedFor) {
  Append("a.log", "short\n" + std::string(100, 'x') + "\nafter\n");
  Run("*.log", "read_from: head, max_line_size: 10, oversize: drop");
  EXPECT_THAT(Messages(), ElementsAre("short", "after"));
  EXPECT_EQ(fixture.ledger.received(), 3u);
  EXPECT_EQ(fixture.metrics.Sum("andon_events_dropped_total", {{"cause", "too_long"}}), 1u);
}

TEST_F(TailLinesTest, EventsOfSeveralLinesAreJoined) {
  Append("a.log", "2026 error\n  at one\n  at two\n2026 next\n");
  Run("*.log", "read_from: head, multiline: {start: '^\\d{4} '}, flush_after: 3s");
  EXPECT_THAT(Messages(), ElementsAre(R"(2026 error\n  at one\n  at two)"));
  Stop();  // What is not whole is read again.
  Run("*.log", "read_from: head, multiline: {start: '^\\d{4} '}, flush_after: 3s");
  Append("a.log", "  at three\n");
  fixture.world.Advance(4s);
  EXPECT_THAT(Messages(), ElementsAre(R"(2026 next\n  at three)"));
}

TEST_F(TailLinesTest, ParsesLinesAndMakesErrorEventsOfOthersInTheSameEmit) {
  Append("a.log", "1\nx\n2\n");
  Run("*.log", "read_from: head, parse: test_digits, path_key: file");
  ASSERT_THAT(fixture.emitter.emits(),
              testing::Contains(testing::Field(&CollectingEmitter::Emitted::events, SizeIs(3))));
  const std::string file = root + "/a.log";
  EXPECT_THAT(fixture.emitter.events(),
              ElementsAre(EventIs("t", R"({"seen":"1","n":1,"file":")" + file + R"("})"),
                          EventIs("t", R"({"seen":"2","n":2,"file":")" + file + R"("})"),
                          EventIs("andon.error.tail.t",
                                  R"({"error":"not a number","plugin":"tail","tag":"t","file":")" +
                                      file + R"(","message":"x"})")));
  EXPECT_EQ(fixture.ledger.received(), 3u);
  EXPECT_EQ(Metric("andon_events_rejected_total"), 1u);
}

TEST_F(TailLinesTest, AnErrorEventHasThePathAlsoWhereEventsDoNot) {
  Append("a.log", "x\n");
  Run("*.log", "read_from: head, parse: test_digits");
  EXPECT_THAT(fixture.emitter.events(),
              ElementsAre(EventIs("andon.error.tail.t",
                                  R"({"error":"not a number","plugin":"tail","tag":"t","path":")" +
                                      root + R"(/a.log","message":"x"})")));
}

TEST_F(TailLinesTest, TagsMayHoldThePath) {
  Append("a.log", "1\n");
  Append("b.log", "2\n");
  Run("*.log", "read_from: head, tag: 'log.*'");
  std::set<std::string> tags;
  for (const TestEvent& event : fixture.emitter.events()) tags.insert(event.tag);
  std::string dotted = "log" + root;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  EXPECT_THAT(tags, UnorderedElementsAre(dotted + ".a.log", dotted + ".b.log"));
}

TEST_F(TailLinesTest, NamesEveryMistake) {
  const auto made = MakePlugin<Input>(
      "tail",
      "{path: [/var/log/], tag: '', max_line_size: 0, watch: never, refresh_interval: 1ms}");
  ASSERT_FALSE(made.ok());
  const std::string message(made.status().message());
  EXPECT_THAT(message, HasSubstr("must name files"));
  EXPECT_THAT(message, HasSubstr("1 to 16MiB"));
  EXPECT_THAT(message, HasSubstr("auto, inotify, poll"));
  EXPECT_THAT(message, HasSubstr("10ms or more"));
}

TEST(TailTagTest, PathsBecomeParts) {
  EXPECT_EQ(TagOf("plain", "/var/log/a"), "plain");
  EXPECT_EQ(TagOf("log.*", "/var/log/a.log"), "log.var.log.a.log");
  EXPECT_EQ(TagOf("${path}.x", "/var/log/a"), "var.log.a.x");
  EXPECT_EQ(TagOf("*", "/a\n"), "a_");
}

}  // namespace
}  // namespace andon::tail
