#include "test/simulation/scenario.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <iterator>
#include <utility>

namespace andon {

namespace {

using namespace std::chrono_literals;

constexpr int kPatience = 1200;  // Seconds of the world's time, from peace to the last line.

Duration Milliseconds(uint64_t count) {
  return std::chrono::milliseconds(static_cast<int64_t>(count));
}

// The text between `key` and the next of `,"}` in a line of JSON.
std::string_view Field(std::string_view line, std::string_view key) {
  const size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + key.size());
  return line.substr(0, line.find_first_of(",\"}"));
}

}  // namespace

Scenario::Scenario(uint64_t seed)
    : seed_(seed),
      random_(SeededRandom(seed * 2 + 1)),
      world_(FakeWorld::Order::kRandom, seed),
      wire_(world_) {}

void Scenario::Note(std::string what) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(world_.now().time_since_epoch());
  story_.push_back(std::to_string(now.count()) + " ms: " + std::move(what));
}

std::string Scenario::Run() {
  Build();
  Trouble();
  Peace();
  bool arrived = false;
  for (int second = 0; second < kPatience && !arrived; ++second) {
    world_.Advance(1s);
    arrived = AllArrived();
  }
  for (Machine& machine : machines_) machine.node->Terminate();
  world_.Advance(30s);
  for (const std::string& folder : sinks_) {
    std::string count = Count(folder);
    if (!count.empty()) return count;
  }
  return arrived ? "" : "lines arrived only when everybody stopped";
}

void Scenario::Build() {
  const uint64_t collectors = 1 + random_->Below(2);
  aggregators_ = static_cast<uint32_t>(1 + random_->Below(2));
  events_ = 100 + random_->Below(900);
  rate_ = 50 + random_->Below(500);
  workers_ = Chance(30) ? 2 : 1;
  if (Chance(40)) sinks_.emplace_back("/alt");
  for (uint32_t i = 0; i < aggregators_; ++i) {
    Machine& aggregator = machines_.emplace_back();
    aggregator.node = std::make_unique<SimNode>(world_, wire_, "aggregator-" + std::to_string(i));
  }
  for (uint64_t i = 0; i < collectors; ++i) {
    const std::string name = "collector-" + std::to_string(i);
    Machine& collector = machines_.emplace_back();
    collector.collector = true;
    if (Chance(40)) collector.log = std::make_unique<SimLog>(name, events_);
    collector.node = std::make_unique<SimNode>(world_, wire_, name);
  }
  for (Machine& machine : machines_) machine.node->Start(Yaml(machine));
}

void Scenario::Trouble() {
  const uint64_t steps = 5 + random_->Below(40);
  for (uint64_t i = 0; i < steps; ++i) {
    const uint64_t wait = random_->Below(400);
    for (const Machine& machine : machines_) {
      if (machine.log == nullptr) continue;
      machine.log->Write(rate_ * wait / 1000, *random_);
      if (Chance(10)) machine.log->Rotate();
    }
    world_.Advance(Milliseconds(wait));
    DoSomething();
  }
}

void Scenario::DoSomething() {
  Machine& machine = machines_[random_->Below(machines_.size())];
  if (!machine.node->running()) {
    Note(machine.node->name() + " starts");
    machine.node->Start(Yaml(machine));
    return;
  }
  switch (random_->Below(8)) {
    case 0:
    case 1:
      Kill(machine);
      break;
    case 2:
      CutPower(machine);
      break;
    case 3:
    case 4:
      DisturbNetwork(machine);
      break;
    case 5:
      DisturbDisk(machine);
      break;
    case 6:
      Reload(machine);
      break;
    default:
      Note("the clock steps");
      world_.StepWallClock(std::chrono::seconds(random_->Below(7200)) - 3600s);
      break;
  }
}

void Scenario::Kill(Machine& machine) {
  Note(machine.node->name() + " is killed");
  machine.node->Kill();
  if (Chance(50)) machine.node->Start(Yaml(machine));
}

void Scenario::CutPower(Machine& machine) {
  Note(machine.node->name() + " loses power");
  machine.node->CutPower();
  if (Chance(50)) machine.node->Start(Yaml(machine));
}

void Scenario::DisturbNetwork(Machine& machine) {
  const std::string& name = machine.node->name();
  switch (random_->Below(5)) {
    case 0:
      Note(name + " loses its connections");
      wire_.Cut(name);
      break;
    case 1: {
      const bool unplugged = !wire_.IsUnplugged(name);
      Note(name + (unplugged ? " is unplugged" : " is plugged in"));
      wire_.Unplug(name, unplugged);
      break;
    }
    case 2:
      Note("the network is slow and cuts");
      wire_.faults = {.max_delay = Milliseconds(random_->Below(200)), .cut = 0.02, .partial = 0.3};
      break;
    case 3:
      Note("the network refuses and goes silent");
      wire_.faults = {
          .refuse_connect = 0.2, .lose_connect = 0.1, .half_open = 0.01, .keepalive = 20s};
      break;
    default:
      Note("the network is well");
      wire_.faults = {};
      break;
  }
}

void Scenario::DisturbDisk(Machine& machine) {
  struct Trouble {
    CrashDisk::Op op;
    int error;
    const char* name;
  };
  static constexpr Trouble kTroubles[] = {{CrashDisk::Op::kWrite, EIO, "writes fail"},
                                          {CrashDisk::Op::kSync, EIO, "syncs fail"},
                                          {CrashDisk::Op::kWrite, ENOSPC, "the disk is full"},
                                          {CrashDisk::Op::kOpen, EMFILE, "opens fail"}};
  const Trouble& trouble = kTroubles[random_->Below(std::size(kTroubles))];
  if (!machine.collector && sinks_.size() > 1 && Chance(50)) {
    Note(machine.node->name() + ": " + sinks_.back() + ": " + trouble.name);
    machine.node->disk().SetFault(
        [&trouble, folder = sinks_.back() + "/"](CrashDisk::Op op, const std::string& path) {
          return op == trouble.op && path.starts_with(folder) ? trouble.error : 0;
        });
    return;
  }
  const uint64_t times = 1 + random_->Below(5);
  Note(machine.node->name() + ": " + trouble.name + ", " + std::to_string(times) + " times");
  machine.node->disk().SetFault(
      [&trouble, left = std::make_shared<uint64_t>(times)](CrashDisk::Op op, const std::string&) {
        if (op != trouble.op || *left == 0) return 0;
        --*left;
        return trouble.error;
      });
}

void Scenario::Reload(Machine& machine) {
  if (Chance(20)) {
    Note(machine.node->name() + " is given a bad configuration");
    machine.node->Reload("inputs: [{type: nonsense}]\n");
    return;
  }
  machine.variant = static_cast<uint32_t>(random_->Below(12));
  Note(machine.node->name() + " reloads, variant " + std::to_string(machine.variant));
  machine.node->Reload(Yaml(machine));
}

void Scenario::Peace() {
  Note("peace");
  wire_.faults = {};
  for (Machine& machine : machines_) {
    wire_.Unplug(machine.node->name(), false);
    machine.node->disk().SetFault({});
    if (machine.log != nullptr) machine.log->Finish();
    if (!machine.node->running()) machine.node->Start(Yaml(machine));
  }
}

std::string Scenario::Written(const std::string& folder) const {
  std::string text;
  for (const Machine& machine : machines_) {
    if (machine.collector) continue;
    for (const std::string& path : machine.node->disk().Paths()) {
      if (path.starts_with(folder + "/")) text += machine.node->disk().Content(path);
    }
  }
  return text;
}

Scenario::Numbers Scenario::Arrived(const std::string& folder) const {
  Numbers arrived;
  const std::string text = Written(folder);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    uint64_t n = 0;
    const std::string_view number = Field(line, "\"n\":");
    std::from_chars(number.data(), number.data() + number.size(), n);
    ++arrived[{std::string(Field(line, "\"src\":\"")), n}];
  }
  return arrived;
}

bool Scenario::AllArrived() const {
  uint64_t collectors = 0;
  for (const Machine& machine : machines_) collectors += machine.collector ? 1 : 0;
  return std::ranges::all_of(sinks_, [&](const std::string& folder) {
    return Arrived(folder).size() >= collectors * events_;
  });
}

std::string Scenario::Count(const std::string& folder) const {
  Numbers arrived = Arrived(folder);
  uint64_t lost = 0;
  uint64_t doubled = 0;
  std::string example;
  const auto count = [&](const std::string& source, uint64_t n) {
    const int times = arrived[{source, n}];
    if (times == 1) return;
    ++(times == 0 ? lost : doubled);
    if (!example.empty()) return;
    example = source + " n=" + std::to_string(n) + " arrived " + std::to_string(times) + " times";
  };
  for (const Machine& machine : machines_) {
    if (!machine.collector) continue;
    for (uint64_t n = 1; n <= events_; ++n) count(machine.node->name(), n);
  }
  if (lost == 0 && doubled == 0) return "";
  return folder + ": " + std::to_string(lost) + " lost, " + std::to_string(doubled) + " doubled; " +
         example;
}

}  // namespace andon
