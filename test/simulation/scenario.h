// One run of the simulation: collectors and aggregators under faults that a seed chooses, then
// peace, then a count of every line.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "test/simulation/sim_log.h"
#include "test/simulation/sim_node.h"
#include "test/support/fake_wire.h"
#include "test/support/fake_world.h"

namespace andon {

class Scenario {
 public:
  explicit Scenario(uint64_t seed);
  // What went wrong; empty when every line arrived once.
  std::string Run();
  // What was done to it, for a report.
  const std::vector<std::string>& story() const { return story_; }

 private:
  struct Machine {
    std::unique_ptr<SimNode> node;
    bool collector = false;
    std::unique_ptr<SimLog> log;  // What it tails; null: its events are made up.
    uint32_t variant = 0;         // Of its configuration.
  };
  void Build();
  std::string Yaml(const Machine& machine) const;
  std::string CollectorYaml(const Machine& machine) const;
  std::string SourceYaml(const Machine& machine) const;
  std::string AggregatorYaml(const Machine& machine) const;
  void Trouble();
  void DoSomething();
  void Kill(Machine& machine);
  void CutPower(Machine& machine);
  void DisturbNetwork(Machine& machine);
  void DisturbDisk(Machine& machine);
  void Reload(Machine& machine);
  void Peace();
  bool AllArrived() const;
  // Each sink has every line once.
  std::string Count(const std::string& folder) const;
  using Numbers = std::map<std::pair<std::string, uint64_t>, int>;
  Numbers Arrived(const std::string& folder) const;
  std::string Written(const std::string& folder) const;
  void Note(std::string what);
  bool Chance(uint32_t percent) { return random_->Below(100) < percent; }

  const uint64_t seed_;
  const std::unique_ptr<Random> random_;
  FakeWorld world_;
  FakeWire wire_;
  std::vector<Machine> machines_;
  uint32_t aggregators_ = 1;
  int workers_ = 1;                         // Of each aggregator.
  std::vector<std::string> sinks_{"/out"};  // Folders of its file outputs; the last may be down.
  uint64_t events_ = 0;                     // Of each collector.
  uint64_t rate_ = 0;
  std::vector<std::string> story_;
};

}  // namespace andon
