// The configurations of a scenario's machines.
#include <string>

#include "test/simulation/scenario.h"

namespace andon {

namespace {

constexpr const char* kJournal = "journal: {size: 32MiB, segment: 4MiB}\n";

std::string Service(int workers) {
  return "service: {data_dir: /data, admin: none, shutdown_grace: 1s, workers: " +
         std::to_string(workers) + "}\n";
}

}  // namespace

std::string Scenario::Yaml(const Machine& machine) const {
  return machine.collector ? CollectorYaml(machine) : AggregatorYaml(machine);
}

std::string Scenario::SourceYaml(const Machine& machine) const {
  if (machine.log != nullptr) {
    return "inputs:\n  - {type: tail, id: gen, tag: log.a, parse: json, read_from: head, path: \"" +
           machine.log->pattern() +
           "\", watch: poll, poll_interval: 300ms, refresh_interval: 1s}\n";
  }
  return "inputs:\n  - {type: dummy, id: gen, tag: log.a, rate: " + std::to_string(rate_) +
         ", count: " + std::to_string(events_) +
         ", sequence: n, record: {src: " + machine.node->name() + "}}\n";
}

std::string Scenario::CollectorYaml(const Machine& machine) const {
  std::string servers;
  for (uint32_t i = 0; i < aggregators_; ++i) {
    servers += "\n      - {address: \"aggregator-" + std::to_string(i) + ":24224\"}";
  }
  const std::string filters =
      machine.variant % 2 == 0
          ? ""
          : "filters:\n  - {type: record_transformer, match: \"log.**\", set: {v: " +
                std::to_string(machine.variant) + "}}\n";
  return Service(1) + kJournal + SourceYaml(machine) + filters +
         "outputs:\n  - type: forward\n    id: up\n    match: \"**\"\n"
         "    retry: {initial: 50ms, max: 1s}\n    chunk: {size: " +
         std::to_string(512 << (machine.variant % 4)) +
         ", in_flight: " + std::to_string(1 + machine.variant % 3) + "}\n    servers:" + servers +
         "\n";
}

std::string Scenario::AggregatorYaml(const Machine& machine) const {
  const std::string chunk = "format: json, retry: {initial: 50ms, max: 1s}, chunk: {size: " +
                            std::to_string(2048 << (machine.variant % 4)) + "}";
  std::string outputs;
  for (const std::string& folder : sinks_) {
    const bool rotates = &folder != &sinks_.front();
    outputs.append("  - {type: file, id: ").append(folder, 1);
    outputs.append(", match: \"log.**\", path: \"").append(folder).append("/${tag}.json\", ");
    outputs.append(rotates ? "rotate: {size: 20kB}, " : "").append(chunk).append("}\n");
  }
  // One that comes and goes with reloads, and wants the past.
  if (machine.variant % 3 == 2) outputs += "  - {type: \"null\", match: \"**\", start: oldest}\n";
  return Service(workers_) + kJournal +
         "inputs:\n  - {type: forward, id: in, listen: \"0.0.0.0:24224\"}\noutputs:\n" + outputs;
}

}  // namespace andon
