// filters/grep: keeps the events whose fields match patterns.
//
//   filters:
//     - {type: grep, match: log.**, key: level, pattern: ^(WARN|ERROR)$}
//     - type: grep
//       match: log.http.**
//       regexp:                                  # all of them must match
//         - {key: code, pattern: "^[45]"}
//       exclude:                                 # none of them may match
//         - {key: $.request.path, pattern: ^/health}
//       or:
//         regexp: [{key: method, pattern: ^P}, {key: slow, pattern: true}]   # one must match
//       and:
//         exclude: [{key: agent, pattern: bot}, {key: code, pattern: ^2}]    # not all may match

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/pattern.h"
#include "core/config/config_reader.h"
#include "core/event/record_path.h"
#include "core/event/value_text.h"
#include "core/plugin/filter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

// Looks at one field. Numbers are matched by their text; what is not there, and nil, arrays and
// maps, match nothing.
struct Condition {
  RecordPath key;
  Pattern pattern;

  Pattern::Outcome Match(const RecordView& record) const {
    NumberText room;
    const auto value = key.Find(record);
    if (!value.has_value()) return Pattern::Outcome::kNoMatch;
    const auto text = TextOf(*value, room);
    return text.has_value() ? pattern.Match(*text) : Pattern::Outcome::kNoMatch;
  }
};

using Conditions = std::vector<Condition>;

struct GrepConfig {
  Conditions regexp;       // All must match.
  Conditions exclude;      // None may match.
  Conditions or_regexp;    // One must match.
  Conditions and_exclude;  // Not all may match.

  static Result<GrepConfig> Parse(const ConfigNode& node) {
    GrepConfig config;
    ConfigReader reader(node);
    ReadShortForm(reader, &config);
    ReadConditions(reader, "regexp", &config.regexp, "conditions that must all match");
    ReadExclude(reader, &config);
    reader.Section("or", true, "of several, one is enough", [&](ConfigReader& group) {
      ReadConditions(group, "regexp", &config.or_regexp, "conditions of which one must match");
      ReadConditions(group, "exclude", &config.exclude, "conditions of which none may match");
    });
    reader.Section("and", true, "only all of them together count", [&](ConfigReader& group) {
      ReadConditions(group, "regexp", &config.regexp, "conditions that must all match");
      ReadConditions(group, "exclude", &config.and_exclude,
                     "conditions that drop the event when all of them match");
    });
    if (!reader.describing() && config.empty() && !node.HasProblems()) {
      reader.Fail("type", "grep needs key and pattern, or regexp, exclude, and, or");
    }
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }

  bool empty() const {
    return regexp.empty() && exclude.empty() && or_regexp.empty() && and_exclude.empty();
  }

 private:
  static void ReadKey(ConfigReader& reader, const char* name, RecordPath* path) {
    std::string text;
    reader.Required(name, &text, "field to look at; a nested one: $.a.b or $['a']['b']");
    if (reader.describing() || text.empty()) return;
    auto parsed = RecordPath::Parse(text);
    if (parsed.ok()) {
      *path = *std::move(parsed);
    } else {
      reader.Fail(name, std::string(parsed.status().message()));
    }
  }

  static void ReadConditions(ConfigReader& reader, const char* name, Conditions* to,
                             const char* help) {
    reader.List(name, to, false, help, [](ConfigReader& one, Condition* condition) {
      ReadKey(one, "key", &condition->key);
      one.Required("pattern", &condition->pattern, "matches anywhere in the field");
    });
  }

  static bool IsShort(const ConfigNode& node) { return node.Has("key") || node.Has("pattern"); }

  // A list of conditions; the word of the short form is read with that.
  static void ReadExclude(ConfigReader& reader, GrepConfig* config) {
    const ConfigNode node = reader.node().Get("exclude");
    if (reader.describing() || node.kind() == ConfigNode::Kind::kList) {
      ReadConditions(reader, "exclude", &config->exclude,
                     "conditions of which none may match; or true, with key and pattern: drop what "
                     "matches");
      return;
    }
    const bool scalar = node.kind() == ConfigNode::Kind::kScalar;
    if (node.kind() == ConfigNode::Kind::kMissing || (scalar && IsShort(reader.node()))) return;
    reader.Fail("exclude", "must be a list of maps: write [{key: level, pattern: ^DEBUG}]");
  }

  static void DescribeShortForm(ConfigReader& reader) {
    std::optional<std::string> key;
    std::optional<Pattern> pattern;
    reader.Optional("key", &key, "field to look at; a nested one: $.a.b or $['a']['b']");
    reader.Optional("pattern", &pattern, "with key: matches anywhere in the field");
  }

  static void ReadShortForm(ConfigReader& reader, GrepConfig* config) {
    if (reader.describing()) return DescribeShortForm(reader);
    const ConfigNode& node = reader.node();
    if (!IsShort(node)) return;
    Condition condition;
    bool exclude = false;
    ReadKey(reader, "key", &condition.key);
    reader.Required("pattern", &condition.pattern, "matches anywhere in the field");
    if (node.Get("exclude").kind() == ConfigNode::Kind::kScalar) {
      reader.Optional("exclude", &exclude, "drop what matches instead of keeping it");
    }
    (exclude ? config->exclude : config->regexp).push_back(std::move(condition));
  }
};

class GrepFilter final : public Filter {
 public:
  using Config = GrepConfig;
  explicit GrepFilter(GrepConfig config) : config_(std::move(config)) {}

  void Apply(const EventBatch& in, TagTable& /*tags*/, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) {
      limit_hit_ = false;
      const bool keep = Keeps(it->record);
      if (limit_hit_) {
        out.Fail(*it, "a pattern needs too much backtracking for this event (match limit)");
      } else if (keep) {
        out.Keep(*it);
      } else {
        out.Drop(*it);
      }
    }
  }

 private:
  bool Keeps(const RecordView& record) {
    const auto matches = [&](const Condition& condition) {
      const Pattern::Outcome outcome = condition.Match(record);
      limit_hit_ = limit_hit_ || outcome == Pattern::Outcome::kLimit;
      return outcome == Pattern::Outcome::kMatch;
    };
    if (!std::ranges::all_of(config_.regexp, matches)) return false;
    if (std::ranges::any_of(config_.exclude, matches)) return false;
    if (!config_.or_regexp.empty() && std::ranges::none_of(config_.or_regexp, matches))
      return false;
    return config_.and_exclude.empty() || !std::ranges::all_of(config_.and_exclude, matches);
  }

  const GrepConfig config_;
  bool limit_hit_ = false;
};

const Register<Filter, GrepFilter> kGrep("grep", "keeps the events whose fields match patterns");

}  // namespace
}  // namespace andon
