#include "test/simulation/sim_node.h"

#include <chrono>
#include <utility>
#include <vector>

#include "test/support/fake_network.h"

namespace andon {

namespace {

using namespace std::chrono_literals;

class FakeThread final : public LoopThread {
 public:
  explicit FakeThread(FakeWorld& world) : loop_(world) {}
  Loop& loop() override { return loop_; }

 private:
  FakeLoop loop_;
};

}  // namespace

// From one start to its end. The order of the members is that of their destruction, backwards.
struct SimNode::Life {
  Life(FakeWorld& world, FakeWire& wire, const std::string& name, CrashDisk& disk) : main(world) {
    supervisor = std::make_unique<Supervisor>(Environment{
        .main = main,
        .start_thread =
            [&world](const std::string&) { return std::make_unique<FakeThread>(world); },
        .make_network =
            [&wire, name](Loop& loop) { return std::make_unique<FakeNetwork>(wire, loop, name); },
        .release_sockets = {},
        .files = disk,
        .random = world.random(),
        .metrics = metrics,
        .hostname = name});
  }

  FakeLoop main;
  MetricRegistry metrics;
  int revision = 0;
  std::unique_ptr<Supervisor> supervisor;
};

SimNode::SimNode(FakeWorld& world, FakeWire& wire, std::string name)
    : world_(world),
      wire_(wire),
      name_(std::move(name)),
      outside_(world),
      disk_(world.random().Next()) {}

SimNode::~SimNode() { End(); }

void SimNode::Start(const std::string& yaml) {
  yaml_ = yaml;
  restart_.reset();
  ++starts_;
  life_ = std::make_unique<Life>(world_, wire_, name_, disk_);
  Life* life = life_.get();
  life->supervisor->Apply(
      {std::to_string(++life->revision), Config::FromText(yaml, name_ + ".yaml")},
      [this, life](const ApplyReport& report) {
        if (report.status.ok()) return;
        ++failed_starts_;
        // Not inside the supervisor's own call.
        outside_.Post([this, life] {
          if (life_.get() != life) return;
          Kill();
          restart_ = outside_.After(1s, [this] { Start(yaml_); });
        });
      });
}

void SimNode::End() {
  if (life_ == nullptr) return;
  disk_.KillProcess();  // First: what destructors still write comes too late.
  life_.reset();
}

void SimNode::Kill() {
  restart_.reset();
  End();
  wire_.Cut(name_);
}

void SimNode::CutPower() {
  restart_.reset();
  wire_.PowerOff(name_);
  End();
  disk_.PowerCut(CrashDisk::Keep::kSome);
}

void SimNode::Reload(const std::string& yaml) {
  if (life_ == nullptr) return;
  Life* life = life_.get();
  life->supervisor->Apply(
      {std::to_string(++life->revision), Config::FromText(yaml, name_ + ".yaml")},
      [this, yaml](const ApplyReport& report) {
        if (!report.status.ok()) return;
        ++reloads_taken_;
        yaml_ = yaml;
      });
}

void SimNode::Terminate() {
  if (life_ == nullptr) return;
  Life* life = life_.get();
  life->supervisor->Shutdown([this, life](const Status&) {
    outside_.Post([this, life] {
      if (life_.get() == life) End();
    });
  });
}

uint64_t SimNode::Sum(std::string_view metric, const Labels& labels) const {
  return life_ == nullptr ? 0 : life_->metrics.Sum(metric, labels);
}

}  // namespace andon
