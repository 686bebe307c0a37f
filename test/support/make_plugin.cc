#include "test/support/make_plugin.h"

#include <memory>
#include <type_traits>
#include <utility>

#include "core/config/config_node.h"

namespace andon {
namespace {

std::string AllProblems(const Config& config) {
  std::string all;
  for (const Problem& problem : config.problems()) {
    if (!all.empty()) all += '\n';
    all += problem.ToString();
  }
  return all;
}

// What the pipeline reads itself is no unknown option to the plugin.
template <class Kind>
void NoteCommonOptions(const ConfigNode& node) {
  std::vector<const char*> keys;
  if constexpr (std::is_same_v<Kind, Input>) keys = {"id"};
  if constexpr (std::is_same_v<Kind, Filter>) keys = {"id", "match"};
  if constexpr (std::is_same_v<Kind, Output>) keys = {"id", "match", "start", "chunk", "retry"};
  for (const char* key : keys) (void)node.Get(key);
}

}  // namespace

template <class Kind>
Result<Factory<Kind>> MakeFactory(std::string_view type, std::string_view yaml) {
  const bool blank = yaml.find_first_not_of(" \n") == std::string_view::npos;
  const auto config = Config::FromText(blank ? "{}" : yaml, "test.yaml");
  NoteCommonOptions<Kind>(config->root());
  auto factory = ParsePlugin<Kind>(config->root(), type);
  if (!config->ok()) return InvalidConfig(AllProblems(*config));
  return factory;
}

template Result<Factory<Input>> MakeFactory<Input>(std::string_view, std::string_view);
template Result<Factory<Filter>> MakeFactory<Filter>(std::string_view, std::string_view);
template Result<Factory<Output>> MakeFactory<Output>(std::string_view, std::string_view);
template Result<Factory<Parser>> MakeFactory<Parser>(std::string_view, std::string_view);
template Result<Factory<Formatter>> MakeFactory<Formatter>(std::string_view, std::string_view);

Filtered RunFilter(Filter& filter, const EventBatch& batch) {
  TagTable tags;
  BatchRewriter rewriter;
  rewriter.Begin(batch);
  filter.Apply(batch, tags, rewriter);
  const BatchRewriter::Outcome& outcome = rewriter.Finish();
  Filtered filtered;
  for (const EventBatch& out : outcome.batches) {
    for (TestEvent& event : DecodeBatch(out)) filtered.events.push_back(std::move(event));
  }
  for (const auto& failure : outcome.failures) {
    filtered.failures.push_back({JsonFromEvent(*EntryIterator(failure.entry)), failure.reason});
  }
  filtered.dropped = outcome.dropped;
  return filtered;
}

ParsedLine RunParser(Parser& parser, std::string_view text) {
  BatchBuilder batch;
  RecordWriter record(batch, kTestTime);
  if (const char* why = parser.Parse(text, record)) return {"", kTestTime, why};
  record.Commit();
  const Tag tag("test");
  const TestEvent event = DecodeBatch(batch.Batch(tag)).at(0);
  return {event.record, event.time, ""};
}

std::string RunFormatter(Formatter& formatter, const std::vector<TestEvent>& events) {
  ByteBuffer out;
  for (const TestEvent& event : events) {
    const TestBatch batch(event.tag, std::vector<std::string>{event.record}, event.time);
    formatter.Format(batch.tag(), *EntryIterator(batch.batch().entries), out);
  }
  return std::string(out.text());
}

}  // namespace andon
