// Builds plugins as the daemon does, from YAML:
//
//   auto grep = MakePlugin<Filter>("grep", "{key: level, pattern: ^ERROR$}");
//   ASSERT_TRUE(grep.ok()) << grep.status().message();
//
// and one-call drivers for those that are pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/plugin/filter.h"
#include "core/plugin/formatter.h"
#include "core/plugin/input.h"
#include "core/plugin/output.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"
#include "test/support/test_event.h"

namespace andon {

// `yaml` is the plugin's map in flow or block style; empty: no options. The options that the
// pipeline reads (id, match, ...) may stand in it. The status has every problem, a line each:
// `test.yaml:1:7: ...`.
template <class Kind>
Result<Factory<Kind>> MakeFactory(std::string_view type, std::string_view yaml);

template <class Kind>
Result<std::unique_ptr<Kind>> MakePlugin(std::string_view type, std::string_view yaml = "") {
  auto factory = MakeFactory<Kind>(type, yaml);
  if (!factory.ok()) return factory.status();
  return (*factory)();
}

struct Filtered {
  std::vector<TestEvent> events;  // In the order of the batches that come out.
  struct Failure {
    std::string record;
    std::string reason;
    bool operator==(const Failure&) const = default;
  };
  std::vector<Failure> failures;
  uint32_t dropped = 0;
};
// One batch through one filter.
Filtered RunFilter(Filter& filter, const EventBatch& batch);

struct ParsedLine {
  std::string record;  // JSON; empty when refused.
  EventTime time;      // kTestTime where the text has none.
  std::string error;   // Empty: taken.
};
ParsedLine RunParser(Parser& parser, std::string_view text);

// The bytes for these events.
std::string RunFormatter(Formatter& formatter, const std::vector<TestEvent>& events);

}  // namespace andon
