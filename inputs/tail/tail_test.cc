#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "core/base/random.h"
#include "inputs/tail/position.h"
#include "inputs/tail/stored_positions.h"
#include "inputs/tail/tail_config.h"
#include "test/support/context_fixture.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/temp_folder.h"

namespace andon::tail {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""h;
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

class TailTest : public testing::Test {
 protected:
  // `options` follow `path: <root>/<path>, tag: t`.
  void Run(const std::string& path = "*.log", const std::string& options = "read_from: head") {
    input.reset();
    auto made = MakePlugin<Input>(
        "tail", "{id: tail, path: '" + root + "/" + path + "', " +
                    (options.find("tag:") == std::string::npos ? "tag: t, " : "") + options + "}");
    ASSERT_THAT(made, IsOk());
    input = *std::move(made);
    ASSERT_THAT(input->Prepare(fixture.input()), IsOk());
    input->Start(fixture.emitter);
    Settle();
  }
  void Stop() {
    bool stopped = false;
    input->Stop([&] { stopped = true; });
    EXPECT_TRUE(stopped);
    input.reset();
  }
  void Settle() { fixture.world.Advance(200ms); }
  void Append(const std::string& path, const std::string& text) {
    std::ofstream(root + "/" + path, std::ios::binary | std::ios::app) << text;
  }
  void Rename(const std::string& from, const std::string& to) {
    fs::rename(root + "/" + from, root + "/" + to);
  }
  void Truncate(const std::string& path, uint64_t size = 0) {
    fs::resize_file(root + "/" + path, size);
  }
  // The messages since the last call.
  std::vector<std::string> Messages() {
    std::vector<std::string> messages;
    for (const TestEvent& event : fixture.emitter.events()) {
      const std::string prefix = R"({"message":")";
      messages.push_back(
          event.record.starts_with(prefix)
              ? event.record.substr(prefix.size(), event.record.size() - prefix.size() - 2)
              : event.record);
    }
    fixture.emitter.Clear();
    return messages;
  }
  uint64_t Metric(const char* name) { return fixture.metrics.Sum(name); }

  TempFolder folder;
  const std::string& root = folder.path();
  ContextFixture fixture{ContextOptions{.id = "tail"}};
  std::unique_ptr<Input> input;
};

TEST_F(TailTest, ReadsWhatIsThereAndWhatComes) {
  Append("a.log", "one\ntwo\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("one", "two"));
  Append("a.log", "three\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("three"));
  EXPECT_EQ(fixture.ledger.received(), 3u);
}

TEST_F(TailTest, FindsNewFilesAndNewFolders) {
  Run("*/x{1,2}*.log");
  fs::create_directory(root + "/sub");
  Settle();
  Append("sub/x1.log", "a\n");
  Append("sub/x3.log", "no\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("a"));
  Append("sub/x2.log", "b\n");
  Append("sub/x2.log.gz", "no\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("b"));
}

TEST_F(TailTest, LeavesOutWhatIsExcludedOrCompressed) {
  Append("a.log", "a\n");
  Append("b.log", "b\n");
  Append("c.log.gz", "c\n");
  Run("*", "read_from: head, exclude: ['" + root + "/b*']");
  EXPECT_THAT(Messages(), ElementsAre("a"));
}

TEST_F(TailTest, BeginsAtTheTailOfOldFilesOnlyAtTheFirstStart) {
  Append("a.log", "old\nhalf a li");
  Run("*.log", "read_from: tail");
  EXPECT_THAT(Messages(), IsEmpty());
  Append("a.log", "ne\n");
  Append("b.log", "appeared\n");
  Settle();
  EXPECT_THAT(Messages(), UnorderedElementsAre("half a line", "appeared"));
  Stop();
  Append("a.log", "while down\n");
  Append("c.log", "new while down\n");
  Run("*.log", "read_from: tail");
  EXPECT_THAT(Messages(), UnorderedElementsAre("while down", "new while down"));
}

TEST_F(TailTest, TheTailIsRememberedBeforeAnythingIsWritten) {
  Append("a.log", "old\n");
  Run("*.log", "read_from: tail");
  Stop();
  Append("a.log", "new\n");
  Run("*.log", "read_from: tail");
  EXPECT_THAT(Messages(), ElementsAre("new"));
}

TEST_F(TailTest, GoesOnExactlyAfterARestart) {
  Append("a.log", "one\ntwo\nthr");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("one", "two"));
  Stop();
  Append("a.log", "ee\nfour\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("three", "four"));
}

TEST_F(TailTest, ARenamedFileIsReadToItsEnd) {
  Append("a.log", "1\n");
  Run();
  Rename("a.log", "a.log.1");
  Append("a.log.1", "2\n");
  Append("a.log", "3\n");
  Settle();
  EXPECT_THAT(Messages(), UnorderedElementsAre("1", "2", "3"));
  Append("a.log.1", "late\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("late"));
  fixture.world.Advance(60s);
  Append("a.log.1", "very late\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("very late"));
}

TEST_F(TailTest, ARenamedFileThatStillMatchesIsNotReadAgain) {
  Append("a.log", "1\n");
  Run("a.log*");
  Rename("a.log", "a.log.1");
  Append("a.log", "2\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
  Stop();
  Rename("a.log.1", "a.log.2");
  Rename("a.log", "a.log.1");
  Append("a.log", "3\n");
  Run("a.log*");
  EXPECT_THAT(Messages(), ElementsAre("3"));
}

TEST_F(TailTest, AFileThatWasRenamedWhileDownIsReadToItsEnd) {
  Append("a.log", "1\n");
  Run();
  Stop();
  Append("a.log", "2\n");
  Rename("a.log", "a.log.1");
  Append("a.log", "3\n");
  Run();
  EXPECT_THAT(Messages(), UnorderedElementsAre("1", "2", "3"));
}

TEST_F(TailTest, ALineWithoutItsEndIsSentWhenItsFileIsRotated) {
  Append("a.log", "half");
  Run("*.log", "read_from: head, flush_after: 0, rotate_wait: 1s");
  fixture.world.Advance(60s);
  EXPECT_THAT(Messages(), IsEmpty());
  Rename("a.log", "a.log.1");
  fixture.world.Advance(2s);
  EXPECT_THAT(Messages(), ElementsAre("half"));
}

TEST_F(TailTest, ALineWithoutItsEndIsSentAfterAWhile) {
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

TEST_F(TailTest, CopyTruncateBeginsAnew) {
  Append("a.log", "1\n2\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
  Truncate("a.log");
  Append("a.log", "3\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("3"));
  Truncate("a.log");
  Settle();
  Append("a.log", "4\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("4"));
}

TEST_F(TailTest, ATruncatedFileThatHasGrownLargerIsNoticed) {
  Append("a.log", "first\n");
  Run();
  Truncate("a.log");
  Append("a.log", "other contents, longer than before\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("first", "other contents, longer than before"));
}

TEST_F(TailTest, CopyTruncateWhileDownBeginsAnew) {
  Append("a.log", "1\n2\n");
  Run();
  Messages();
  Stop();
  Truncate("a.log");
  Append("a.log", "other\nlonger than it was before\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("other", "longer than it was before"));
}

TEST_F(TailTest, AFileThatLostItsEndIsResumedAtACheckpointAndTheOverlapCounted) {
  std::string text;
  Run();
  for (int i = 0; i < 200; ++i) {
    const std::string line = "line number " + std::to_string(1000 + i) + "\n";
    Append("a.log", line);
    text += line;
    Settle();
  }
  EXPECT_THAT(Messages(), SizeIs(200));
  Stop();
  // A power cut: the last lines never reached the disk, and others were written since.
  Truncate("a.log", text.size() - 40);
  Append("a.log", "\nafter the restart, and this goes well beyond what was there before\n");
  Run();
  const std::vector<std::string> messages = Messages();
  EXPECT_LT(messages.size(), 40u);
  EXPECT_EQ(messages.back(), "after the restart, and this goes well beyond what was there before");
  EXPECT_EQ(messages[0], "line number " + std::to_string(1199 - messages.size()));
  EXPECT_GT(Metric("andon_tail_overlap_bytes_total"), 0u);
}

TEST_F(TailTest, ANewFileWithTheInodeOfAnOldOneIsReadFromItsHead) {
  Append("a.log", "old contents\n");
  Run();
  Messages();
  Stop();
  // As if the old file's inode had been given to this one: same identity, other contents.
  struct stat info {};
  Append("b.log", "new contents\n");
  ASSERT_EQ(stat((root + "/b.log").c_str(), &info), 0);
  std::string stored;
  fixture.positions.ForEach("tail:tail:",
                            [&](std::string_view, std::string_view value) { stored = value; });
  ASSERT_FALSE(stored.empty());
  fixture.positions.Set(FileSource("tail", {info.st_dev, info.st_ino}), stored);
  fs::remove(root + "/a.log");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("new contents"));
}

TEST_F(TailTest, APositionIsErasedWhenItsFileIsRemoved) {
  Append("a.log", "1\n");
  Run();
  EXPECT_EQ(fixture.positions.size(), 2u);  // The file's, and that the input has run.
  fs::remove(root + "/a.log");
  fixture.world.Advance(10s);
  EXPECT_EQ(fixture.positions.size(), 1u);
  EXPECT_THAT(Messages(), ElementsAre("1"));
}

TEST_F(TailTest, APositionOfARenamedFileIsErasedAfterADay) {
  Append("a.log", "1\n");
  Run();
  Rename("a.log", "old");
  fixture.world.Advance(1h);
  EXPECT_EQ(fixture.positions.size(), 2u);
  fixture.world.Advance(24h);
  EXPECT_EQ(fixture.positions.size(), 1u);
}

TEST_F(TailTest, APositionWhoseFileIsMissingIsErasedAfterAWeek) {
  Append("a.log", "1\n");
  Run();
  Stop();
  fs::remove(root + "/a.log");
  Run();
  fixture.world.Advance(24h * 6);
  EXPECT_EQ(fixture.positions.size(), 2u);
  fixture.world.Advance(24h * 2);
  EXPECT_EQ(fixture.positions.size(), 1u);
}

TEST_F(TailTest, WhatWasWrittenBeforeAFileWasRemovedIsRead) {
  Append("a.log", "1\n");
  Run();
  Append("a.log", "2\n");
  fs::remove(root + "/a.log");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
}

TEST_F(TailTest, LinesKeepTheirBytes) {
  Append("a.log", std::string("cr\r\nn\0l\n\n\xff\xfe\n", 12));
  Run();
  const std::vector<TestEvent> events = fixture.emitter.events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_THAT(events[0], RecordIs(R"({"message":"cr"})"));
  EXPECT_THAT(events[1], RecordIs(R"({"message":"n\u0000l"})"));
  EXPECT_THAT(events[2], RecordIs(R"({"message":""})"));
  EXPECT_EQ(fixture.emitter.count(), 4u);
}

TEST_F(TailTest, LongLinesAreCutAndCounted) {
  Append("a.log", "short\n" + std::string(3'000'000, 'x') + "\nafter\n");
  Run("*.log", "read_from: head, max_line_size: 10");
  EXPECT_THAT(Messages(), ElementsAre("short", "xxxxxxxxxx", "after"));
  EXPECT_EQ(Metric("andon_tail_cut_lines_total"), 1u);
}

TEST_F(TailTest, LongLinesAreDroppedAndCountedWhenAskedFor) {
  Append("a.log", "short\n" + std::string(100, 'x') + "\nafter\n");
  Run("*.log", "read_from: head, max_line_size: 10, oversize: drop");
  EXPECT_THAT(Messages(), ElementsAre("short", "after"));
  EXPECT_EQ(fixture.ledger.received(), 3u);
  EXPECT_EQ(fixture.metrics.Sum("andon_events_dropped_total", {{"cause", "too_long"}}), 1u);
}

TEST_F(TailTest, EventsOfSeveralLinesAreJoined) {
  Append("a.log", "2026 error\n  at one\n  at two\n2026 next\n");
  Run("*.log", "read_from: head, multiline: {start: '^\\d{4} '}, flush_after: 3s");
  EXPECT_THAT(Messages(), ElementsAre(R"(2026 error\n  at one\n  at two)"));
  Stop();  // What is not whole is read again.
  Run("*.log", "read_from: head, multiline: {start: '^\\d{4} '}, flush_after: 3s");
  Append("a.log", "  at three\n");
  fixture.world.Advance(4s);
  EXPECT_THAT(Messages(), ElementsAre(R"(2026 next\n  at three)"));
}

TEST_F(TailTest, ParsesLinesAndMakesErrorEventsOfOthersInTheSameEmit) {
  Append("a.log", "1\nx\n2\n");
  Run("*.log", "read_from: head, parse: test_digits, path_key: file");
  ASSERT_THAT(fixture.emitter.emits(),
              testing::Contains(testing::Field(&CollectingEmitter::Emitted::events, SizeIs(3))));
  const std::string file = root + "/a.log";
  EXPECT_THAT(
      fixture.emitter.events(),
      ElementsAre(EventIs("t", R"({"seen":"1","n":1,"file":")" + file + R"("})"),
                  EventIs("t", R"({"seen":"2","n":2,"file":")" + file + R"("})"),
                  EventIs("andon.error.tail.t",
                          R"({"error":"not a number","plugin":"tail","tag":"t","message":"x"})")));
}

TEST_F(TailTest, TagsMayHoldThePath) {
  Append("a.log", "1\n");
  Append("b.log", "2\n");
  Run("*.log", "read_from: head, tag: 'log.*'");
  std::set<std::string> tags;
  for (const TestEvent& event : fixture.emitter.events()) tags.insert(event.tag);
  std::string dotted = "log" + root;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  EXPECT_THAT(tags, UnorderedElementsAre(dotted + ".a.log", dotted + ".b.log"));
}

TEST_F(TailTest, NothingIsReadWhilePaused) {
  Run();
  input->Pause();
  Append("a.log", "1\n");
  fixture.world.Advance(120s);
  EXPECT_THAT(Messages(), IsEmpty());
  input->Resume();
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1"));
}

TEST_F(TailTest, APauseFromInsideEmitEndsTheTurn) {
  for (int i = 0; i < 3; ++i) Append("a.log", std::string(2'000'000, 'x') + "\n");
  fixture.emitter.OnEmit([this] {
    if (input != nullptr) input->Pause();
  });
  Run("*.log", "read_from: head, max_line_size: 16MiB");
  const size_t first = fixture.emitter.count();
  EXPECT_LT(first, 3u);
  for (int i = 0; i < 10; ++i) {
    input->Resume();
    Settle();
  }
  EXPECT_EQ(fixture.emitter.count(), 3u);
}

TEST_F(TailTest, ABigFileDoesNotHoldBackSmallOnes) {
  std::string big;
  while (big.size() < 8'000'000) big += std::string(99, 'x') + "\n";
  Append("big.log", big);
  Append("small.log", "here\n");
  input.reset();
  Run();
  size_t before = 0;
  for (const auto& emit : fixture.emitter.emits()) {
    const bool found = std::ranges::any_of(emit.events, [](const TestEvent& event) {
      return event.record.find("here") != std::string::npos;
    });
    if (found) break;
    before += emit.events.size();
  }
  EXPECT_LT(before, 20'000u);
  EXPECT_EQ(fixture.emitter.count(), 80'001u);
}

TEST_F(TailTest, ManyFilesNeedFewDescriptors) {
  for (int i = 0; i < 300; ++i) Append(std::to_string(i) + ".log", "a\n");
  Run("*.log", "read_from: head, max_open_files: 5");
  EXPECT_EQ(fixture.emitter.count(), 300u);
  const auto open = std::distance(fs::directory_iterator("/proc/self/fd"), {});
  EXPECT_LT(open, 40);
  for (int i = 0; i < 300; ++i) Append(std::to_string(i) + ".log", "b\n");
  Settle();
  EXPECT_EQ(fixture.emitter.count(), 600u);
  Rename("7.log", "7.old");
  Append("7.old", "c\n");
  Settle();
  EXPECT_EQ(fixture.emitter.count(), 601u);
}

TEST_F(TailTest, AnIdleFileIsClosedAndOpenedAgain) {
  Append("a.log", "1\n");
  Run("*.log", "read_from: head, close_after: 10s");
  const auto open = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  const auto before = open();
  fixture.world.Advance(11s);
  EXPECT_EQ(open(), before - 1);
  Append("a.log", "2\n");
  Settle();
  EXPECT_THAT(Messages(), ElementsAre("1", "2"));
}

TEST_F(TailTest, AnIdleInputWakesUpRarely) {
  Append("a.log", "1\n");
  Run();
  fixture.world.Advance(400s);
  const uint64_t before = fixture.world.steps();
  fixture.world.Advance(600s);
  EXPECT_LE(fixture.world.steps() - before, 10u);
}

TEST_F(TailTest, PollingSeesTheSame) {
  const std::string options = "read_from: head, watch: poll, poll_interval: 100ms, rotate_wait: 1s";
  Append("a.log", "1\n");
  Run("*.log", options);
  Append("a.log", "2\n");
  Settle();
  Rename("a.log", "a.log.1");
  Append("a.log.1", "3\n");
  Append("a.log", "4\n");
  Settle();
  fixture.world.Advance(10s);
  Append("a.log.1", "5\n");
  Settle();
  Truncate("a.log");
  Append("a.log", "6\n");
  Settle();
  EXPECT_THAT(Messages(), UnorderedElementsAre("1", "2", "3", "4", "5", "6"));
}

TEST_F(TailTest, SeveralWorkersDivideTheFiles) {
  for (int i = 0; i < 50; ++i) Append(std::to_string(i) + ".log", std::to_string(i) + "\n");
  std::set<std::string> records;
  size_t events = 0;
  size_t least = 50;
  for (int worker = 0; worker < 2; ++worker) {
    ContextFixture one(ContextOptions{.id = "tail", .worker = worker, .workers = 2});
    auto made = MakePlugin<Input>("tail", "{path: '" + root + "/*.log', tag: t, read_from: head}");
    ASSERT_THAT(made, IsOk());
    ASSERT_THAT((*made)->Prepare(one.input()), IsOk());
    (*made)->Start(one.emitter);
    one.world.Advance(1s);
    for (const std::string& record : one.emitter.records()) records.insert(record);
    events += one.emitter.count();
    least = std::min(least, one.emitter.count());
  }
  EXPECT_EQ(events, 50u);
  EXPECT_THAT(records, SizeIs(50));
  EXPECT_GT(least, 5u);
}

TEST_F(TailTest, ADeviceNumberThatChangedIsNoNewFile) {
  Append("a.log", "1\n");
  Run();
  Messages();
  Stop();
  struct stat info {};
  ASSERT_EQ(stat((root + "/a.log").c_str(), &info), 0);
  const std::string source = FileSource("tail", {info.st_dev, info.st_ino});
  const std::string value = *fixture.positions.Find(source);
  fixture.positions.Store({source, {}, Position::Kind::kErase});
  fixture.positions.Set(FileSource("tail", {info.st_dev + 1, info.st_ino}), value);
  Append("a.log", "2\n");
  Run();
  EXPECT_THAT(Messages(), ElementsAre("2"));
  EXPECT_EQ(fixture.positions.size(), 2u);
  EXPECT_TRUE(fixture.positions.Find(source).has_value());
}

TEST_F(TailTest, AFileThatMayNotBeReadIsTriedAgain) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  Append("a.log", "1\n");
  chmod((root + "/a.log").c_str(), 0);
  Run();
  EXPECT_THAT(Messages(), IsEmpty());
  chmod((root + "/a.log").c_str(), 0600);
  fixture.world.Advance(61s);
  EXPECT_THAT(Messages(), ElementsAre("1"));
}

TEST_F(TailTest, NamesEveryMistake) {
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
