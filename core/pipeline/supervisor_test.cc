#include "core/pipeline/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "test/support/crash_disk.h"
#include "test/support/fake_loop.h"
#include "test/support/fake_world.h"
#include "test/support/script_plugins.h"
#include "test/support/switch_network.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FakeThread final : public LoopThread {
 public:
  explicit FakeThread(FakeWorld& world) : loop_(world) {}
  Loop& loop() override { return loop_; }

 private:
  FakeLoop loop_;
};

constexpr char kService[] = "service: {data_dir: /data, shutdown_grace: 1s}\n";
constexpr char kInputs[] = "inputs:\n  - {type: test_input, id: in}\n";
constexpr char kOutputs[] = "outputs:\n  - {type: test_output, id: out, match: \"**\"}\n";

class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override { ScriptOutput::Delivered().clear(); }
  void TearDown() override {
    if (supervisor_ == nullptr) return;
    EXPECT_TRUE(ShutDown().ok());
  }

  ApplyReport Apply(const std::string& yaml) {
    std::optional<ApplyReport> told;
    supervisor().Apply({std::to_string(++revision_), Config::FromText(yaml, "a.yaml")},
                       [&](ApplyReport report) { told = std::move(report); });
    EXPECT_TRUE(world_.RunUntil([&] { return told.has_value(); }, 60s));
    world_.RunUntilIdle();
    return told.has_value() ? *std::move(told) : ApplyReport();
  }

  Status ShutDown() {
    std::optional<Status> told;
    supervisor_->Shutdown([&](Status status) { told = std::move(status); });
    EXPECT_TRUE(world_.RunUntil([&] { return told.has_value(); }, 60s));
    world_.RunUntilIdle();
    supervisor_.reset();
    return told.value_or(Unavailable("no end"));
  }

  void Emit(const std::string& record, const std::string& tag = "log.a") {
    ASSERT_TRUE(Inputs().contains("in"));
    Inputs()["in"]->Emit(tag, record);
    world_.Advance(1s);
  }

  static const std::vector<std::string>& Delivered(const std::string& id) {
    return ScriptOutput::Delivered()[id];
  }

  static std::map<std::string, PartChange::What> Changes(const ApplyReport& report) {
    std::map<std::string, PartChange::What> changes;
    for (const PartChange& part : report.parts) changes[part.id] = part.what;
    return changes;
  }

  Supervisor& supervisor() {
    if (supervisor_ == nullptr) supervisor_ = std::make_unique<Supervisor>(MakeEnvironment());
    return *supervisor_;
  }

  Environment MakeEnvironment() {
    return {
        .main = main_,
        .start_thread = [this](const std::string&) { return std::make_unique<FakeThread>(world_); },
        .make_network = [](Loop&) { return std::make_unique<SwitchNetwork>(); },
        .release_sockets = [this] { ++releases_; },
        .files = disk_,
        .random = world_.random(),
        .metrics = metrics_,
        .hostname = "host"};
  }

  using What = PartChange::What;
  FakeWorld world_;
  FakeLoop main_{world_};
  CrashDisk disk_{1};
  MetricRegistry metrics_;
  int revision_ = 0;
  int releases_ = 0;
  std::unique_ptr<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, AFirstStartRunsEverything) {
  const ApplyReport report = Apply(std::string(kService) + kInputs + kOutputs);
  ASSERT_TRUE(report.status.ok()) << report.problems.front();
  EXPECT_EQ(Changes(report)["in"], What::kStarted);
  EXPECT_EQ(Changes(report)["out"], What::kStarted);
  EXPECT_TRUE(supervisor().health().ready);
  Emit(R"({"n":1})");
  EXPECT_THAT(Delivered("out"), ElementsAre(R"({"n":1})"));
}

TEST_F(SupervisorTest, WhatAnInputRejectsIsNotCountedAsPassedToo) {
  Apply(std::string(kService) + kInputs + kOutputs);
  Inputs()["in"]->EmitAndReject({R"({"n":1})", R"({"n":2})"}, {R"({"error":"x"})"});
  Inputs()["in"]->EmitAndReject({R"({"n":3})"}, {});
  world_.Advance(1s);
  EXPECT_THAT(Delivered("out"), SizeIs(4));
  const Labels in{{"kind", "input"}, {"id", "in"}};
  EXPECT_EQ(metrics_.Sum("andon_events_received_total", in), 4u);
  EXPECT_EQ(metrics_.Sum("andon_events_passed_total", in), 3u);
  EXPECT_EQ(metrics_.Sum("andon_events_rejected_total", in), 1u);
}

TEST_F(SupervisorTest, WhatIsTheSameIsKept) {
  Apply(std::string(kService) + kInputs + kOutputs);
  const ScriptInput* input = Inputs()["in"];
  const ScriptOutput* output = Outputs()["out"];
  const ApplyReport report = Apply(std::string(kService) + kInputs + kOutputs +
                                   "  - {type: test_output, id: more, match: \"**\"}\n"
                                   "filters:\n  - {type: test_filter, label: x}\n");
  ASSERT_TRUE(report.status.ok());
  EXPECT_EQ(Changes(report)["in"], What::kKept);
  EXPECT_EQ(Changes(report)["out"], What::kKept);
  EXPECT_EQ(Changes(report)["more"], What::kStarted);
  EXPECT_EQ(Changes(report)["filters"], What::kRebuilt);
  EXPECT_EQ(Inputs()["in"], input);
  EXPECT_EQ(Outputs()["out"], output);
  Emit(R"({"n":1})");
  EXPECT_THAT(Delivered("out"), ElementsAre(R"({"n":1,"by":"x"})"));
  EXPECT_THAT(Delivered("more"), ElementsAre(R"({"n":1,"by":"x"})"));
}

TEST_F(SupervisorTest, ABadFileLeavesTheOldPipelineAndSaysWhere) {
  Apply(std::string(kService) + kInputs + kOutputs);
  const int releases = releases_;
  for (const char* const bad :
       {"outputs:\n  - {type: test_output, id: out, match: \"**\", lable: x}\n",
        "outputs:\n  - {type: test_output, id: out, match: \"**\", fails: true}\n",
        "outputs:\n  - {type: test_output, id: out, match: \"**\"}\n"
        "  - {type: test_output, id: new, match: \"**\", fails: true}\n",
        "outputs:\n  - {type: test_output, id: out, match: \"**\"}\n"
        "filters:\n  - {type: test_filter, id: f, fails: true}\n"}) {
    const ApplyReport report = Apply(std::string(kService) + kInputs + bad);
    EXPECT_FALSE(report.status.ok()) << bad;
    EXPECT_THAT(report.problems, ElementsAre(HasSubstr("a.yaml:"))) << bad;
    EXPECT_THAT(report.parts, IsEmpty());
  }
  const ApplyReport input = Apply(
      std::string(kService) + "inputs:\n  - {type: test_input, id: in, fails: true}\n" + kOutputs);
  EXPECT_THAT(input.problems, ElementsAre(HasSubstr("a.yaml:3:5: in: it was told to fail")));
  EXPECT_EQ(supervisor().running().id, "1");
  EXPECT_EQ(releases_, releases + 5);
  EXPECT_TRUE(supervisor().health().ready);
  Emit(R"({"n":1})");
  EXPECT_THAT(Delivered("out"), ElementsAre(R"({"n":1})"));
}

TEST_F(SupervisorTest, AChangeThatCannotRunIsToldUntilOneCan) {
  const std::string good = std::string(kService) + kInputs + kOutputs;
  Apply(good);
  EXPECT_THAT(supervisor().health().reasons, IsEmpty());
  Apply(good + "bad: 1\n");
  EXPECT_TRUE(supervisor().health().ready);
  ASSERT_THAT(supervisor().health().reasons, SizeIs(1));
  EXPECT_THAT(supervisor().health().reasons[0], HasSubstr("a.yaml:"));
  EXPECT_THAT(metrics_.Render(), HasSubstr("\nandon_config_refused 1\n"));
  Apply(good);
  EXPECT_THAT(supervisor().health().reasons, IsEmpty());
  EXPECT_THAT(metrics_.Render(), HasSubstr("\nandon_config_refused 0\n"));
}

TEST_F(SupervisorTest, AChangedOutputGoesOnWhereItsPredecessorWas) {
  Apply(std::string(kService) + kInputs + kOutputs);
  Emit(R"({"n":1})");
  Outputs()["out"]->holds = true;
  Emit(R"({"n":2})");
  ASSERT_EQ(Outputs()["out"]->held.size(), 1u);
  const ApplyReport report =
      Apply(std::string(kService) + kInputs +
            "outputs:\n  - {type: test_output, id: out, match: \"**\", label: B}\n");
  ASSERT_TRUE(report.status.ok());
  EXPECT_EQ(Changes(report)["out"], What::kRebuilt);
  Emit(R"({"n":3})");
  EXPECT_THAT(Delivered("out"), ElementsAre(R"({"n":1})", R"({"n":2}B)", R"({"n":3}B)"));
}

TEST_F(SupervisorTest, AnOutputThatIsAddedBeginsWhereItIsTold) {
  Apply(std::string(kService) + kInputs + kOutputs);
  Outputs()["out"]->holds = true;  // So that the journal keeps it.
  Emit(R"({"n":1})");
  Apply(std::string(kService) + kInputs + kOutputs +
        "  - {type: test_output, id: newest, match: \"**\"}\n"
        "  - {type: test_output, id: oldest, match: \"**\", start: oldest}\n");
  Emit(R"({"n":2})");
  EXPECT_THAT(Delivered("newest"), ElementsAre(R"({"n":2})"));
  EXPECT_THAT(Delivered("oldest"), ElementsAre(R"({"n":1})", R"({"n":2})"));
}

TEST_F(SupervisorTest, WhatIsHeldSurvivesARestart) {
  Apply(std::string(kService) + kInputs + kOutputs);
  Outputs()["out"]->holds = true;
  Emit(R"({"n":1})");
  ASSERT_TRUE(ShutDown().ok());
  Apply(std::string(kService) + kInputs + kOutputs);
  world_.Advance(1s);
  EXPECT_THAT(Delivered("out"), ElementsAre(R"({"n":1})"));
}

TEST_F(SupervisorTest, AppliesAreDoneOneAfterTheOther) {
  std::vector<std::string> told;
  const auto apply = [&](const std::string& id, const std::string& yaml) {
    supervisor().Apply({id, Config::FromText(yaml, "a.yaml")}, [&told, id](const ApplyReport& r) {
      told.push_back(id + (r.status.ok() ? " runs" : " cannot"));
    });
  };
  apply("one", std::string(kService) + kInputs + kOutputs);
  apply("two", std::string(kService) + "inputs: 5\n" + kOutputs);
  apply("three", std::string(kService) + kInputs +
                     "outputs:\n  - {type: test_output, id: other, match: \"**\"}\n");
  world_.Advance(10s);
  EXPECT_THAT(told, ElementsAre("one runs", "two cannot", "three runs"));
  EXPECT_FALSE(Outputs().contains("out"));
  EXPECT_TRUE(Outputs().contains("other"));
}

TEST_F(SupervisorTest, AShutdownWaitsForTheApplyThatIsUnderWayWithoutSpinning) {
  bool applied = false;
  bool later = false;
  supervisor().Apply(
      {"one", Config::FromText(std::string(kService) + kInputs + kOutputs, "a.yaml")},
      [&](const ApplyReport& report) { applied = report.status.ok(); });
  supervisor().Apply(
      {"two", Config::FromText(std::string(kService) + kInputs + kOutputs, "a.yaml")},
      [&](const ApplyReport&) { later = true; });
  const uint64_t steps = world_.steps();
  EXPECT_TRUE(ShutDown().ok());
  EXPECT_TRUE(applied);
  EXPECT_FALSE(later);
  EXPECT_LT(world_.steps() - steps, 1000u);
  EXPECT_THAT(Inputs(), IsEmpty());
}

TEST_F(SupervisorTest, ServiceAndJournalChangeWithARestartOnly) {
  Apply(std::string(kService) + kInputs + kOutputs);
  const ApplyReport report =
      Apply(std::string("service: {data_dir: /other}\n") + kInputs + kOutputs);
  ASSERT_TRUE(report.status.ok());
  EXPECT_EQ(Changes(report)["service"], What::kNeedsRestart);
  EXPECT_EQ(supervisor().config().service.data_dir, "/data");
}

TEST_F(SupervisorTest, AJournalThatCannotBeOpenedEndsTheFirstStart) {
  disk_.SetReadOnly(true);
  const ApplyReport report = Apply(std::string(kService) + kInputs + kOutputs);
  EXPECT_FALSE(report.status.ok());
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr("/data")));
  EXPECT_FALSE(supervisor().health().ready);
  EXPECT_THAT(supervisor().health().reasons, Contains(HasSubstr("no configuration runs")));
  disk_.SetReadOnly(false);
}

}  // namespace
}  // namespace andon
