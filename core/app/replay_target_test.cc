#include "core/app/replay_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers each Write with the next of its answers; without one, with success.
class ScriptedOutput : public Output {
 public:
  struct Script {
    std::deque<WriteResult> answers;
    std::vector<std::vector<TestEvent>> writes;
    bool forgets = false;  // Destroys `done` unanswered.
    bool stopped = false;
  };
  explicit ScriptedOutput(Script* script) : script_(script) {}
  Result<OutputLimits> Prepare(OutputContext& /*context*/) override { return OutputLimits(); }
  void Start() override {}
  void Write(Chunk chunk, WriteDone done) override {
    script_->writes.push_back(DecodeChunk(chunk));
    if (std::exchange(script_->forgets, false)) return;
    WriteResult answer;
    if (!script_->answers.empty()) {
      answer = std::move(script_->answers.front());
      script_->answers.pop_front();
    }
    done(std::move(answer));
  }
  void Stop(UniqueFunction<void()> done) override {
    script_->stopped = true;
    done();
  }

 private:
  Script* script_;
};

WriteResult With(Status status, std::vector<Rejection> rejected = {},
                 std::vector<Range> again = {}) {
  WriteResult result;
  result.status = std::move(status);
  result.rejected = std::move(rejected);
  result.again = std::move(again);
  return result;
}

class ReplayTargetTest : public testing::Test {
 protected:
  ReplayTargetTest() : target_(std::make_unique<ScriptedOutput>(&script_), 10s) {
    EXPECT_THAT(target_.Prepare(), IsOk());
  }
  static Chunk Three() {
    return MakeChunk({EventFromJson("a", R"({"n":1})"), EventFromJson("a", R"({"n":2})"),
                      EventFromJson("b", R"({"n":3})")});
  }

  ScriptedOutput::Script script_;
  ReplayTarget target_;
};

TEST_F(ReplayTargetTest, DoesNotGiveUpWhilePartsAreTaken) {
  ReplayTarget impatient(std::make_unique<ScriptedOutput>(&script_), 0s);
  ASSERT_THAT(impatient.Prepare(), IsOk());
  script_.answers.push_back(With(OkStatus(), {}, {{2, 3}}));
  script_.answers.push_back(With(OkStatus(), {}, {{3, 3}}));
  EXPECT_THAT(impatient.Deliver(Three()), IsOk());
  EXPECT_EQ(impatient.delivered(), 3u);
}

TEST_F(ReplayTargetTest, DeliversAChunk) {
  EXPECT_THAT(target_.Deliver(Three()), IsOk());
  EXPECT_EQ(target_.delivered(), 3u);
  EXPECT_EQ(target_.rejected(), 0u);
}

TEST_F(ReplayTargetTest, WritesAgainWhatWasNotTaken) {
  script_.answers.push_back(With(Unavailable("not now")));
  script_.answers.push_back(With(OkStatus(), {}, {Range{2, 2}}));
  EXPECT_THAT(target_.Deliver(Three()), IsOk());
  ASSERT_EQ(script_.writes.size(), 3u);
  EXPECT_EQ(script_.writes[1].size(), 3u);
  EXPECT_THAT(script_.writes[2], ElementsAre(RecordIs(R"({"n":2})")));
  EXPECT_EQ(target_.delivered(), 3u);
}

TEST_F(ReplayTargetTest, CountsWhatIsRejectedAndNeverWritesItAgain) {
  script_.answers.push_back(With(Unavailable("half"), {{2, "too large"}}));
  script_.answers.push_back(With(Rejected("never")));
  EXPECT_THAT(target_.Deliver(Three()), IsOk());
  EXPECT_THAT(script_.writes.at(1), ElementsAre(RecordIs(R"({"n":1})"), RecordIs(R"({"n":3})")));
  EXPECT_EQ(target_.delivered(), 0u);
  EXPECT_EQ(target_.rejected(), 3u);
  EXPECT_EQ(target_.first_rejection(), "too large");
}

TEST_F(ReplayTargetTest, AnAnswerThatNeverComesIsATryThatFailed) {
  script_.forgets = true;
  EXPECT_THAT(target_.Deliver(Three()), IsOk());
  EXPECT_EQ(script_.writes.size(), 2u);
}

TEST(ReplayTargetEndTest, GivesUpAndStopsTheOutput) {
  ScriptedOutput::Script script;
  script.answers.push_back(With(Unavailable("server is away")));
  {
    ReplayTarget target(std::make_unique<ScriptedOutput>(&script), 0s);
    ASSERT_THAT(target.Prepare(), IsOk());
    EXPECT_THAT(target.Deliver(MakeChunk({EventFromJson("a", "{}")})),
                StatusIs(StatusCode::kUnavailable, "server is away"));
    EXPECT_EQ(target.delivered(), 0u);
  }
  EXPECT_TRUE(script.stopped);
}

TEST(ReadReplayOutputTest, TakesAnAddressOrAFileOfOptions) {
  EXPECT_THAT(ReadReplayOutput({.address = "127.0.0.1:24224"}), IsOk());
  EXPECT_THAT(ReadReplayOutput({.address = "it's: {no} address"}),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("--to:1:")));
  const std::string path = testing::TempDir() + "replay_output.yaml";
  std::ofstream(path) << "type: null\nmatch: x\n";
  EXPECT_THAT(ReadReplayOutput({.file = path}), IsOk());
  std::ofstream(path) << "typ: null\n";
  EXPECT_THAT(ReadReplayOutput({.file = path}),
              StatusIs(StatusCode::kInvalidConfig, HasSubstr("replay_output.yaml:1:1: ")));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace andon
