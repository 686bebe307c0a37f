// parser/ltsv: labeled tab-separated values (http://ltsv.org).
//
//   parse: {type: ltsv, types: {status: integer}}
//
//   time:2026-11-21T13:12:19Z<TAB>host:192.0.2.1<TAB>status:200
#include <algorithm>
#include <string>
#include <vector>

#include "core/codec/byte_scan.h"
#include "core/codec/field_writer.h"
#include "core/codec/repeated_keys.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct LtsvConfig {
  std::string delimiter = "\t";
  std::string label_delimiter = ":";
  Pattern delimiter_pattern;
  FieldOptions fields;

  static Result<LtsvConfig> Parse(const ConfigNode& node) {
    LtsvConfig config;
    ConfigReader reader(node);
    reader.Optional("delimiter", &config.delimiter,
                    "text between two fields; a tab when not given");
    reader.Optional("delimiter_pattern", &config.delimiter_pattern,
                    "pattern between two fields, in place of delimiter");
    reader.Optional("label_delimiter", &config.label_delimiter,
                    "text between a label and its value");
    config.fields.Read(reader);
    if (config.delimiter.empty()) reader.Fail("delimiter", "delimiter must not be empty");
    if (config.label_delimiter.empty()) {
      reader.Fail("label_delimiter", "label_delimiter must not be empty");
    }
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class LtsvParser : public Parser {
 public:
  using Config = LtsvConfig;
  explicit LtsvParser(const Config& config) : config_(config), writer_(config.fields) {}

  const char* Parse(std::string_view text, RecordWriter& out) override {
    Split(text);
    if (keys_.size() == 0) return "the line has no field";
    keys_.Find();
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (!keys_.IsLast(i)) continue;  // Of a label that comes again, the last counts.
      const Field& field = fields_[i];
      if (!field.labeled) {
        out.FieldNil(field.label);
        continue;
      }
      if (const char* why = writer_.Write(field.label, field.value, out); why != nullptr) {
        return why;
      }
    }
    return nullptr;
  }

 private:
  struct Field {
    std::string_view label;
    std::string_view value;
    bool labeled;  // With a label_delimiter; else the whole is the label of null.
  };

  void Split(std::string_view text) {
    fields_.clear();
    keys_.Clear();
    while (!text.empty()) {
      const auto [begin, end] = NextDelimiter(text);
      AddField(text.substr(0, begin));
      text.remove_prefix(end);
    }
  }

  static size_t FindText(std::string_view text, std::string_view wanted) {
    return wanted.size() == 1 ? FindByte(text, wanted[0]) : text.find(wanted);
  }

  // Where the next delimiter begins and ends; the end of the text when there is none.
  std::pair<size_t, size_t> NextDelimiter(std::string_view text) const {
    if (!config_.delimiter_pattern.empty()) {
      Captures captures;
      const auto outcome = config_.delimiter_pattern.Match(text, &captures);
      // An empty match divides nothing.
      if (outcome != Pattern::Outcome::kMatch || captures.whole().empty()) {
        return {text.size(), text.size()};
      }
      const auto begin = static_cast<size_t>(captures.whole().data() - text.data());
      return {begin, begin + captures.whole().size()};
    }
    const size_t begin = std::min(FindText(text, config_.delimiter), text.size());
    return {begin, std::min(begin + config_.delimiter.size(), text.size())};
  }

  void AddField(std::string_view field) {
    if (field.empty()) return;
    const size_t end = FindText(field, config_.label_delimiter);
    const bool labeled = end != std::string_view::npos;
    const std::string_view label = field.substr(0, end);
    fields_.push_back(
        {label, labeled ? field.substr(end + config_.label_delimiter.size()) : label, labeled});
    keys_.Add(label);
  }

  Config config_;
  FieldWriter writer_;
  std::vector<Field> fields_;
  RepeatedKeys keys_;
};

const Register<Parser, LtsvParser> kLtsv("ltsv", "labeled tab-separated values");

}  // namespace
}  // namespace andon
