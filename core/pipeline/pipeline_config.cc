#include "core/pipeline/pipeline_config.h"

#include <algorithm>

#include "core/config/config_reader.h"
#include "core/net/stream.h"
#include "core/pipeline/output_paths.h"
#include "core/pipeline/part_reader.h"
#include "core/plugin/error_event.h"

namespace andon {

template <>
struct EnumNames<LogLevel> {
  static constexpr std::pair<std::string_view, LogLevel> kNames[] = {{"debug", LogLevel::kDebug},
                                                                     {"info", LogLevel::kInfo},
                                                                     {"warn", LogLevel::kWarn},
                                                                     {"error", LogLevel::kError}};
};
template <>
struct EnumNames<LogFormat> {
  static constexpr std::pair<std::string_view, LogFormat> kNames[] = {
      {"keyvalue", LogFormat::kKeyValue}, {"json", LogFormat::kJson}};
};
template <>
struct EnumNames<SyncMode> {
  static constexpr std::pair<std::string_view, SyncMode> kNames[] = {{"group", SyncMode::kGroup},
                                                                     {"os", SyncMode::kOs}};
};
template <>
struct EnumNames<Overflow> {
  static constexpr std::pair<std::string_view, Overflow> kNames[] = {
      {"block", Overflow::kBlock}, {"drop_oldest", Overflow::kDropOldest}};
};

enum class StartAt : uint8_t { kNewest, kOldest };
template <>
struct EnumNames<StartAt> {
  static constexpr std::pair<std::string_view, StartAt> kNames[] = {{"newest", StartAt::kNewest},
                                                                    {"oldest", StartAt::kOldest}};
};

template <>
struct ConfigValue<TagPattern> {
  static std::optional<TagPattern> Read(const ConfigNode& node) {
    auto text = ConfigValue<std::string>::Read(node);
    if (!text.has_value()) return std::nullopt;
    auto pattern = TagPattern::Parse(*text);
    if (pattern.ok()) return *std::move(pattern);
    (void)node.Fail("tag pattern " + std::string(pattern.status().message()));
    return std::nullopt;
  }
  static std::string TypeName() { return "tag pattern"; }
  static std::string ToText(const TagPattern& pattern) { return pattern.text(); }
};

namespace {

constexpr int kMaxWorkers = 64;
constexpr uint64_t kMinJournalBytes = uint64_t{16} << 20;

void CheckAdmin(ConfigReader& reader, const std::string& admin) {
  if (admin == "none") return;
  if (admin.empty()) {
    reader.Fail("admin", "must not be empty; none does without it");
    return;
  }
  const auto address = ParseAddress(admin, Address::Kind::kTcp);
  if (!address.ok()) {
    reader.Fail("admin", std::string(address.status().message()));
  } else if (address->kind != Address::Kind::kTcp && address->kind != Address::Kind::kUnix) {
    reader.Fail("admin", '"' + admin + "\": metrics and health are on tcp:// or unix://");
  }
}

void ReadService(ConfigReader& reader, ServiceConfig* service) {
  reader.Optional("data_dir", &service->data_dir, "folder for the journal and what andond keeps");
  reader.Optional("workers", &service->workers, "threads that run inputs and filters");
  reader.Optional("admin", &service->admin,
                  "address of metrics and health: host:port, unix:///path or none");
  reader.Optional("hostname", &service->hostname, "name of this host; default: the system's");
  reader.Optional("shutdown_grace", &service->shutdown_grace,
                  "how long outputs may go on delivering after SIGTERM");
  reader.Optional("log_level", &service->log_level, "how much andond says of itself on stderr");
  reader.Optional("log_format", &service->log_format, "how each line of it looks");
  if (reader.describing()) return;
  if (service->workers < 1 || service->workers > kMaxWorkers) {
    reader.Fail("workers", "must be 1 to 64");
  }
  if (service->data_dir.empty()) reader.Fail("data_dir", "must not be empty");
  CheckAdmin(reader, service->admin);
}

void ReadJournalSection(ConfigReader& reader, const ServiceConfig& service,
                        JournalOptions* journal) {
  ByteSize size{journal->size_bytes};
  ByteSize segment{journal->segment_bytes};
  journal->directory = service.data_dir + "/journal";
  reader.Optional("directory", &journal->directory,
                  "where the segments are; default: DATA_DIR/journal");
  reader.Optional("sync", &journal->sync,
                  "group: acknowledged data survives a power cut; os: a killed process only");
  reader.Optional("size", &size, "limit of all segments together");
  reader.Optional("segment", &segment, "size of one segment file");
  reader.Optional("overflow", &journal->overflow,
                  "at the limit: block inputs, or drop_oldest and count it");
  reader.Optional("retain", &journal->retain, "keep what was delivered for so long");
  reader.Optional("retain_cursor", &journal->retain_cursor,
                  "keep data for an output that is no longer configured for so long");
  reader.Optional("compress", &journal->compress, "compress payloads with zstd");
  journal->size_bytes = size.bytes;
  journal->segment_bytes = segment.bytes;
  if (reader.describing()) return;
  if (size.bytes < kMinJournalBytes) reader.Fail("size", "must be 16MiB or more");
  if (segment.bytes < (uint64_t{4} << 20) || segment.bytes > size.bytes / 2) {
    reader.Fail("segment", "must be 4MiB or more, and at most half of size");
  }
}

void ReadJournal(ConfigReader& root, const ServiceConfig& service, JournalOptions* journal) {
  const ConfigNode node = root.node().Get("journal");
  if (!root.describing() && node.kind() == ConfigNode::Kind::kScalar && node.text() == "none") {
    journal->directory.clear();
    return;
  }
  root.Section("journal", false, "the durable buffer, or none",
               [&](ConfigReader& reader) { ReadJournalSection(reader, service, journal); });
}

void ReadMatch(ConfigReader& reader, TagPattern* match, bool required) {
  if (!required) *match = *TagPattern::Parse("**");
  if (required) {
    reader.Required("match", match, "tags of the events that it gets, e.g. log.** or {a,b}.*");
  } else {
    reader.Optional("match", match, "tags of the events that it gets");
  }
}

std::vector<ConfigNode> Items(const Config& config, const char* key) {
  const ConfigNode list = config.root().Get(key);
  switch (list.kind()) {
    case ConfigNode::Kind::kMissing:
    case ConfigNode::Kind::kNull:
      return {};
    case ConfigNode::Kind::kList:
      return list.items();
    default:
      (void)list.Fail(std::string("\"") + key + "\" must be a list");
      return {};
  }
}

bool IsMap(const ConfigNode& node) {
  if (node.kind() == ConfigNode::Kind::kMap) return true;
  (void)node.Fail("must be a map with a \"type\"");
  return false;
}

void ReadInputs(const Config& config, PipelineConfig* pipeline) {
  PartReader parts(PartReader::Kind::kInput);
  for (const ConfigNode& node : Items(config, "inputs")) {
    if (!IsMap(node)) continue;
    InputConfig input;
    parts.Read(node, &input);
    auto factory = ParsePlugin<Input>(node);
    if (!factory.ok()) continue;
    input.fingerprint = node.Fingerprint();
    input.factory = *std::move(factory);
    pipeline->inputs.push_back(std::move(input));
  }
}

void ReadFilters(const Config& config, PipelineConfig* pipeline) {
  PartReader parts(PartReader::Kind::kFilter);
  for (const ConfigNode& node : Items(config, "filters")) {
    if (!IsMap(node)) continue;
    FilterConfig filter;
    parts.Read(node, &filter);
    ConfigReader reader(node);
    ReadMatch(reader, &filter.match, false);
    auto factory = ParsePlugin<Filter>(node);
    if (!factory.ok()) continue;
    filter.fingerprint = node.Fingerprint();
    filter.factory = *std::move(factory);
    pipeline->filters.push_back(std::move(filter));
  }
}

void CheckRetry(ConfigReader& reader, RetryConfig* retry) {
  if (reader.describing() || reader.node().HasProblems()) return;
  if (retry->initial <= Duration::zero()) reader.Fail("initial", "must be longer than 0");
  if (retry->maximum <= Duration::zero()) reader.Fail("max", "must be longer than 0");
  if (retry->initial <= retry->maximum || reader.node().HasProblems()) return;
  if (reader.node().Has("initial")) {
    reader.Fail("initial",
                "must not be longer than max, " + ConfigValue<Duration>::ToText(retry->maximum));
  }
  retry->initial = retry->maximum;
}

void ReadOutputOptions(ConfigReader& reader, OutputConfig* output) {
  ReadMatch(reader, &output->match, true);
  StartAt start = StartAt::kNewest;
  reader.Optional("start", &start, "where a new output begins in the journal");
  output->from_oldest = start == StartAt::kOldest;
  reader.Section("chunk", true, "how much goes out at once; the defaults are the output's own",
                 [&](ConfigReader& chunk) {
                   chunk.Optional("size", &output->chunk.bytes, "bytes of events in a chunk");
                   chunk.Optional("events", &output->chunk.events, "events in a chunk");
                   chunk.Optional("age", &output->chunk.age, "how long a chunk may wait to fill");
                   chunk.Optional("in_flight", &output->chunk.in_flight,
                                  "chunks under way at once");
                   if (output->chunk.in_flight.value_or(1) < 1) {
                     chunk.Fail("in_flight", "must be 1 or more");
                   }
                 });
  reader.Section("retry", true, "when the other end does not take it", [&](ConfigReader& retry) {
    retry.Optional("initial", &output->retry.initial, "wait after the first failure, at most");
    retry.Optional("max", &output->retry.maximum, "the wait doubles up to this");
    retry.Optional("give_up_after", &output->retry.give_up_after,
                   "make error events of what has failed for so long; 0: never");
    CheckRetry(retry, &output->retry);
  });
}

void ReadOutputs(const Config& config, PipelineConfig* pipeline) {
  PartReader parts(PartReader::Kind::kOutput);
  OutputPaths paths;
  for (const ConfigNode& node : Items(config, "outputs")) {
    if (!IsMap(node)) continue;
    OutputConfig output;
    parts.Read(node, &output);
    ConfigReader reader(node);
    ReadOutputOptions(reader, &output);
    paths.Add(node, output.id);
    auto factory = ParsePlugin<Output>(node);
    if (!factory.ok()) continue;
    output.fingerprint = node.Fingerprint();
    output.factory = *std::move(factory);
    pipeline->outputs.push_back(std::move(output));
  }
}

}  // namespace

bool TakesErrors(const TagPattern& match) {
  // Nobody's pattern names these parts, or counts so many.
  constexpr const char* kTags[] = {"?", "?.?.?.?.?.?.?.?.?.?.?.?"};
  return std::ranges::all_of(
      kTags, [&match](const char* tag) { return match.Matches(ErrorTag("?", tag)); });
}

Result<PipelineConfig> ReadPipelineConfig(const Config& config) {
  PipelineConfig pipeline;
  if (config.root().kind() != ConfigNode::Kind::kMap) {
    (void)config.root().Fail("a configuration is a map with inputs: and outputs:");
    return InvalidConfig(config.problems().front().ToString());
  }
  ConfigReader root(config.root());
  root.Section("service", false, "the process",
               [&](ConfigReader& reader) { ReadService(reader, &pipeline.service); });
  ReadJournal(root, pipeline.service, &pipeline.journal);
  ReadInputs(config, &pipeline);
  ReadFilters(config, &pipeline);
  ReadOutputs(config, &pipeline);
  (void)root.Finish();
  pipeline.fixed_fingerprint =
      config.root().Get("service").Fingerprint() + "/" + config.root().Get("journal").Fingerprint();
  const std::vector<Problem> problems = config.problems();
  if (!problems.empty()) return InvalidConfig(problems.front().ToString());
  return pipeline;
}

void DescribePipelineOptions(PipelineSection section, Description* description) {
  const auto config = Config::Describing(description);
  ConfigReader reader(config->root());
  PipelineConfig pipeline;
  if (section == PipelineSection::kService) return ReadService(reader, &pipeline.service);
  if (section == PipelineSection::kJournal) {
    return ReadJournalSection(reader, pipeline.service, &pipeline.journal);
  }
  std::string name;
  reader.Required("type", &name, "which plugin");
  reader.Optional("id", &name,
                  section == PipelineSection::kFilter
                      ? "its name in metrics and in error events; default: its type, numbered "
                        "from the second on"
                      : "its name in metrics, in error events and in the journal, where how far it "
                        "has got is kept by it; default: its type, which one of them may go "
                        "without an id for");
  OutputConfig output;
  if (section == PipelineSection::kFilter) ReadMatch(reader, &output.match, false);
  if (section == PipelineSection::kOutput) ReadOutputOptions(reader, &output);
}

}  // namespace andon
