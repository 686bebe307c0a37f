// The configuration as the pipeline uses it. `andon check` and andond read it with the same code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/config/config_node.h"
#include "core/event/tag_pattern.h"
#include "core/journal/journal.h"
#include "core/plugin/filter.h"
#include "core/plugin/input.h"
#include "core/plugin/output.h"
#include "core/plugin/registry.h"

namespace andon {

struct ServiceConfig {
  std::string data_dir = "/var/lib/andon";
  int workers = 1;
  std::string admin = "127.0.0.1:24220";  // Address, unix:///path, or "none".
  std::string hostname;                   // Empty: the machine's.
  Duration shutdown_grace = std::chrono::seconds(5);
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kKeyValue;
};

struct RetryConfig {
  Duration initial = std::chrono::seconds(1);
  Duration maximum = std::chrono::seconds(60);
  Duration give_up_after = Duration::zero();  // Zero: never.
};

struct ChunkConfig {  // The user's wishes; empty ones are the output's own.
  std::optional<ByteSize> bytes;
  std::optional<uint64_t> events;
  std::optional<Duration> age;
  std::optional<int> in_flight;
};

// What every part has. `fingerprint` is the same as long as its configuration is;
// taken once the plugin has said which options are secret.
struct PartConfig {
  std::string id;
  std::string type;
  Mark mark;
  std::string fingerprint;
};

struct InputConfig : PartConfig {
  Factory<Input> factory;
};

struct FilterConfig : PartConfig {
  TagPattern match;
  Factory<Filter> factory;
};

struct OutputConfig : PartConfig {
  TagPattern match;
  bool from_oldest = false;
  bool last_resort = false;  // Gets only error events that no other output wants.
  ChunkConfig chunk;
  RetryConfig retry;
  Factory<Output> factory;
};

struct PipelineConfig {
  ServiceConfig service;
  JournalOptions journal;  // Directory empty: none.
  std::vector<InputConfig> inputs;
  std::vector<FilterConfig> filters;
  std::vector<OutputConfig> outputs;
  // Of what cannot change while andond runs: service and journal.
  std::string fixed_fingerprint;
};

// Whether every error event matches, whichever plugin and tag it is of.
bool TakesErrors(const TagPattern& match);

// Reads everything; every problem is in config.problems(), and then the status is kInvalidConfig.
Result<PipelineConfig> ReadPipelineConfig(const Config& config);

// The options that the pipeline reads itself, for the reference: of a section of the file, or of
// every plugin of a kind.
enum class PipelineSection : uint8_t { kService, kJournal, kInput, kFilter, kOutput };
void DescribePipelineOptions(PipelineSection section, Description* description);

}  // namespace andon
