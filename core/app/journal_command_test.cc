// `andon journal` on a journal that is open, and on one that is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/uuid.h"
#include "core/journal/journal.h"
#include "core/metrics/metrics.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"
#include "test/support/matchers.h"
#include "test/support/run_program.h"
#include "test/support/temp_folder.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A real journal in a folder of its own, on fake loops.
class JournalCommandTest : public testing::Test {
 protected:
  JournalCommandTest() : random_(SeededRandom(1)) {
    options_.directory = folder_.Path("journal");
    options_.segment_bytes = uint64_t{4} << 20;
    Open();
  }
  ~JournalCommandTest() override { Close(); }

  void Open() {
    auto opened = Journal::Open(options_, RealFileSystem(), loop_, *random_,
                                MetricScope(metrics_, {{"kind", "journal"}}));
    ASSERT_THAT(opened, IsOk());
    journal_ = *std::move(opened);
    lane_ = journal_->OpenLane(loop_, {});
    cursor_ = journal_->OpenCursor(
        {.id = "files", .from_oldest = false, .wants = {}}, loop_, [] {}, [](const LaneId&) {});
    world_.RunUntilIdle();
  }
  void Close() {
    if (journal_ == nullptr) return;
    lane_.reset();
    cursor_.reset();
    bool stopped = false;
    journal_->Stop(loop_, [&stopped](const Status&) { stopped = true; });
    world_.Advance(std::chrono::seconds(1));
    EXPECT_TRUE(stopped);
    journal_.reset();
  }
  // Events `first` to `last` as {"n": N}, a second apart from kTestTime on.
  void Append(const std::string& tag, uint32_t first, uint32_t last, const std::string& position) {
    BatchBuilder builder;
    for (uint32_t n = first; n <= last; ++n) {
      AppendJson(builder, "{\"n\":" + std::to_string(n) + "}", {kTestTime.seconds + n, 0});
    }
    const Tag owned(tag);
    const std::string id = "files";
    const LaneWriter::Item item{builder.Batch(owned), journal_->RouteTo({&id, 1})};
    const std::string source = "tail:" + tag;
    const Position named{source, AsBytes(position), Position::Kind::kReplace};
    lane_->Append({&item, 1}, {&named, 1}, Ack());
    world_.Advance(std::chrono::seconds(1));
  }
  ProgramRun Command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "journal");
    return RunProgram(ANDON_PROGRAM, std::move(arguments));
  }
  static std::string ReadBytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> SegmentPaths() const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
      if (entry.path().extension() == ".segment") paths.push_back(entry.path());
    }
    return paths;
  }

  TempFolder folder_;
  FakeWorld world_;
  FakeLoop loop_{world_};
  std::unique_ptr<Random> random_;
  MetricRegistry metrics_;
  JournalOptions options_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<LaneWriter> lane_;
  std::unique_ptr<OutputCursor> cursor_;
};

TEST_F(JournalCommandTest, ListShowsOutputsAndSourcesOfALiveJournal) {
  Append("log.a", 1, 3, "at 17");
  const ProgramRun run = Command({"list", folder_.path()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, StartsWith(options_.directory + ": 1 segment, "));
  EXPECT_THAT(run.out, ContainsRegex("\n  files +3 +"));
  EXPECT_THAT(run.out, ContainsRegex("\n  tail:log.a +at 17\n"));
}

TEST_F(JournalCommandTest, ListSaysHowFarEachFileIsRead) {
  Append("log.a", 1, 3, "1\t17\t17\t4\t5\t6\t7\t17:99,\t/var/log/a.log");
  EXPECT_THAT(Command({"list", folder_.path()}).out,
              ContainsRegex("\n  tail:log.a +byte 17 of /var/log/a.log\n"));
  Append("log.b", 4, 4, "1");
  EXPECT_THAT(Command({"list", folder_.path()}).out, ContainsRegex("\n  tail:log.b +has run\n"));
  EXPECT_THAT(Command({"dump", folder_.path(), "--positions"}).out,
              HasSubstr("tail:log.a = byte 17 of /var/log/a.log\n"));
}

TEST_F(JournalCommandTest, ListShowsTheSameOfADeadOne) {
  Append("log.a", 1, 3, "at 17");
  Close();
  const ProgramRun run = Command({"list", options_.directory});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, ContainsRegex("\n  files +3 +"));
  EXPECT_THAT(run.out, ContainsRegex("\n  tail:log.a +at 17\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("not configured")));  // A clean end is no absence.
}

TEST_F(JournalCommandTest, ListSaysHowLongTheJournalRanWithoutAnOutput) {
  Append("log.a", 1, 3, "at 17");
  cursor_.reset();
  world_.Advance(std::chrono::hours(2));
  Append("log.a", 4, 4, "at 18");
  world_.Advance(std::chrono::hours(1));
  Append("log.a", 5, 5, "at 19");
  Close();
  EXPECT_THAT(Command({"list", options_.directory}).out,
              ContainsRegex("\n  files .* not configured for [1-3]h.* of running\n"));
}

TEST_F(JournalCommandTest, DumpHasALineForEachRecord) {
  Append("log.a", 1, 3, "at 17");
  Append("log.b", 4, 4, "at 18");
  const ProgramRun run = Command({"dump", folder_.path(), "--tag", "log.*", "--positions"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(" 1-3 log.a events=3 "));
  EXPECT_THAT(run.out, HasSubstr(" 4-4 log.b events=1 "));
  EXPECT_THAT(run.out, HasSubstr("\n  tail:log.a = at 17\n"));
  const ProgramRun one = Command({"dump", folder_.path(), "--tag", "log.b"});
  EXPECT_THAT(one.out, AllOf(HasSubstr("log.b"), Not(HasSubstr("log.a"))));
  const ProgramRun none = Command({"dump", folder_.path(), "--segment", "99"});
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.err, "andon journal: there is no segment 99\n");
}

TEST_F(JournalCommandTest, VerifyPassesAGoodJournalLiveAndDead) {
  Append("log.a", 1, 3, "x");
  EXPECT_EQ(Command({"verify", folder_.path()}).status, 0);
  Close();
  const ProgramRun run = Command({"verify", folder_.path()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, HasSubstr(" 3 events, "));
  EXPECT_THAT(run.out, HasSubstr(": good\n"));
}

TEST_F(JournalCommandTest, VerifyNamesTheDamagedBytesAndChangesNothing) {
  for (uint32_t n = 1; n <= 5; ++n) Append("log.a", n, n, "x");
  Close();
  const std::vector<std::string> paths = SegmentPaths();
  // The third event's own bytes; what follows proves that they were durable.
  const std::string event("\xA1n\x03", 3);
  const auto path = std::ranges::find_if(paths, [&event](const std::string& candidate) {
    return ReadBytes(candidate).find(event) != std::string::npos;
  });
  ASSERT_NE(path, paths.end()) << testing::PrintToString(paths);
  std::string bytes = ReadBytes(*path);
  bytes[bytes.find(event) + 2] = '\x55';
  std::ofstream(*path, std::ios::binary) << bytes;

  const ProgramRun run = Command({"verify", folder_.path()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, ContainsRegex("\\.segment: bytes [0-9]+ to [0-9]+: "));
  EXPECT_THAT(run.err, HasSubstr(": events 3 to 3 were in what is damaged\n"));
  EXPECT_THAT(run.err, HasSubstr(": 1 damaged place, "));
  EXPECT_THAT(run.out, Not(HasSubstr(": good\n")));
  EXPECT_TRUE(ReadBytes(*path) == bytes);
  EXPECT_FALSE(std::filesystem::exists(options_.directory + "/quarantine"));

  // What is whole can still be had.
  const ProgramRun replay = Command({"replay", folder_.path()});
  EXPECT_EQ(replay.status, 1);
  EXPECT_THAT(replay.out, AllOf(HasSubstr("{\"n\":2}"), Not(HasSubstr("{\"n\":3}")),
                                HasSubstr("{\"n\":4}"), HasSubstr("{\"n\":5}")));
}

TEST_F(JournalCommandTest, ReplayPrintsJsonLinesThatAreSelected) {
  Append("log.a", 1, 3, "x");
  Append("log.b", 4, 4, "x");
  const ProgramRun run = Command({"replay", folder_.path()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("{\"tag\":\"log.a\",\"time\":\"2027-01-15T08:00:01Z\","
                                  "\"record\":{\"n\":1}}\n"));
  const ProgramRun some =
      Command({"replay", folder_.path(), "--tag", "log.a", "--since", "2027-01-15T08:00:02Z",
               "--until", "2027-01-15T08:00:03Z", "--identity"});
  EXPECT_EQ(some.out, "{\"id\":\"" + ToString(lane_->id()) +
                          ":2\",\"tag\":\"log.a\",\"time\":\"2027-01-15T08:00:02Z\","
                          "\"record\":{\"n\":2}}\n");
}

TEST_F(JournalCommandTest, ReplayFeedsAnyOutput) {
  Append("log.a", 1, 3, "x");
  const std::string target = folder_.Path("replayed.json");
  const std::string yaml =
      folder_.Write("output.yaml", "type: file\nmatch: '**'\npath: " + target + "\n");
  const ProgramRun run = Command({"replay", folder_.path(), "--output", yaml});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "andon journal replay: 3 events delivered\n");
  EXPECT_EQ(folder_.Read("replayed.json"), "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

TEST_F(JournalCommandTest, ReplayGivesUpOnAServerThatIsAway) {
  Append("log.a", 1, 3, "x");
  const ProgramRun run = Command({"replay", folder_.path(), "--to",
                                  "unix://" + folder_.Path("gone.sock"), "--give-up-after", "1ms"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("0 events delivered"));
}

TEST_F(JournalCommandTest, WrongOptionsAndFoldersAreSaidSo) {
  const ProgramRun when = Command({"replay", folder_.path(), "--since", "soon"});
  EXPECT_EQ(when.status, 2);
  EXPECT_THAT(when.err, HasSubstr("--since \"soon\": is no time"));
  const ProgramRun gone = Command({"list", folder_.Path("gone")});
  EXPECT_EQ(gone.status, 2);
  EXPECT_THAT(gone.err, HasSubstr("No such file or directory"));
  const TempFolder empty;
  const ProgramRun none = Command({"verify", empty.path()});
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.err, "andon journal: " + empty.path() + ": no journal there\n");
  const ProgramRun output = Command({"replay", folder_.path(), "--to", "x", "--output", "y"});
  EXPECT_EQ(output.status, 2);
}

}  // namespace
}  // namespace andon
