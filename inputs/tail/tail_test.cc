#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>

#include "test/support/tail_fixture.h"

namespace andon::tail {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using TailTest = TailFixture;

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

}  // namespace
}  // namespace andon::tail
