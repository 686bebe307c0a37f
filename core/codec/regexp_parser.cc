// parser/regexp: the named groups of a pattern are the fields.
//
//   parse:
//     type: regexp
//     expression: '^(?<host>[^ ]*) \[(?<time>[^\]]*)\] (?<code>\d+)$'
//     time_format: '%d/%b/%Y:%H:%M:%S %z'
//     types: {code: integer}
#include <algorithm>
#include <string>
#include <vector>

#include "core/codec/field_writer.h"
#include "core/codec/pattern.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct RegexpConfig {
  Pattern expression;
  PatternOptions options;
  FieldOptions fields;

  static Result<RegexpConfig> Parse(const ConfigNode& node);
};

Result<RegexpConfig> RegexpConfig::Parse(const ConfigNode& node) {
  RegexpConfig config;
  ConfigReader reader(node);
  reader.Required("expression", &config.expression,
                  "pattern with named groups, as (?<name>...) or (?P<name>...); ^ and $ match at "
                  "lines; /pattern/imx is taken too");
  reader.Optional("ignore_case", &config.options.ignore_case, "upper and lower case are the same");
  reader.Optional("multiline", &config.options.multiline, "the dot matches line ends too");
  reader.Optional("match_limit", &config.options.match_limit,
                  "how much backtracking a line may need before it is refused");
  config.fields.Read(reader);
  if (!reader.describing() && !config.expression.empty() && config.expression.groups().empty()) {
    reader.Fail("expression", "pattern has no named group: write (?<name>...)");
  }
  RETURN_IF_ERROR(reader.Finish());
  auto pattern = Pattern::Compile(config.expression.text(), config.options);
  if (pattern.ok()) config.expression = *std::move(pattern);
  return config;
}

class RegexpParser : public Parser {
 public:
  using Config = RegexpConfig;
  explicit RegexpParser(const Config& config)
      : pattern_(config.expression), writer_(config.fields) {
    for (const Pattern::Group& group : pattern_.groups()) {
      auto field = std::find_if(fields_.begin(), fields_.end(),
                                [&group](const Field& f) { return f.name == group.name; });
      if (field == fields_.end()) {
        field = fields_.insert(field, {group.name, writer_.RuleFor(group.name), {}, std::nullopt});
      }
      field->groups.insert(field->groups.begin(), group.index);
    }
  }

  const char* Parse(std::string_view text, RecordWriter& out) override {
    Captures captures;
    switch (pattern_.Match(text, &captures)) {
      case Pattern::Outcome::kMatch:
        break;
      case Pattern::Outcome::kNoMatch:
        return "the pattern does not match";
      case Pattern::Outcome::kLimit:
        return "the pattern gave up: it needs more backtracking than match_limit";
    }
    // All first: null_value_pattern matches in the captures' memory.
    for (Field& field : fields_) field.value = Last(field, captures);
    for (const Field& field : fields_) {
      if (!field.value.has_value()) continue;
      const char* why = writer_.Write(field.rule, field.name, *field.value, out);
      if (why != nullptr) return why;
    }
    return nullptr;
  }

 private:
  struct Field {
    std::string name;
    size_t rule;
    std::vector<size_t> groups;  // The last first: of groups with one name, the last counts.
    std::optional<std::string_view> value;  // During Parse.
  };
  static std::optional<std::string_view> Last(const Field& field, const Captures& captures) {
    for (const size_t group : field.groups) {
      if (const auto value = captures[group]; value.has_value()) return value;
    }
    return std::nullopt;
  }

  Pattern pattern_;
  FieldWriter writer_;
  std::vector<Field> fields_;
};

const Register<Parser, RegexpParser> kRegexp("regexp",
                                             "named groups of a regular expression as fields");

}  // namespace
}  // namespace andon
