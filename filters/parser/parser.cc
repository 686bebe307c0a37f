// filters/parser: parses a field into fields.
//
//   filters:
//     - type: parser
//       match: log.app
//       key_name: message
//       parse: {type: json}
//       reserve_data: true           # the other fields stay
//       remove_key_name_field: true  # but not the one that was parsed
//
// The event's time becomes the one that the parser finds, unless reserve_time. What cannot be
// parsed becomes an error event with the reason.

#include "core/plugin/parser.h"

#include <string>
#include <utility>

#include "core/config/config_reader.h"
#include "core/event/record_path.h"
#include "core/event/value_text.h"
#include "core/plugin/filter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct ParserConfig {
  RecordPath key_name;
  Factory<Parser> parse;
  bool reserve_data = false;
  bool reserve_time = false;
  bool remove_key_name_field = false;
  std::string inject_key_prefix;
  std::string hash_value_field;

  static Result<ParserConfig> Parse(const ConfigNode& node) {
    ParserConfig config;
    ConfigReader reader(node);
    std::string key;
    reader.Required("key_name", &key, "field with the text; a nested one: $.a.b");
    if (!reader.describing() && !key.empty()) ReadKey(reader, key, &config.key_name);
    ReadParse(reader, &config.parse);
    reader.Optional("reserve_data", &config.reserve_data, "keep the record's other fields");
    reader.Optional("reserve_time", &config.reserve_time,
                    "keep the event's time, whatever the text says");
    reader.Optional("remove_key_name_field", &config.remove_key_name_field,
                    "with reserve_data: take the parsed field away");
    reader.Optional("inject_key_prefix", &config.inject_key_prefix,
                    "put in front of every parsed field's name");
    reader.Optional("hash_value_field", &config.hash_value_field,
                    "put all parsed fields as a map into this field");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }

 private:
  static void ReadParse(ConfigReader& reader, Factory<Parser>* parse) {
    const ConfigNode node = reader.Child("parse", true, "parser", "", "how to read the text");
    if (reader.describing() || node.kind() == ConfigNode::Kind::kMissing) return;
    auto factory = ParsePlugin<Parser>(node);
    if (factory.ok()) *parse = *std::move(factory);
  }

  static void ReadKey(ConfigReader& reader, const std::string& text, RecordPath* path) {
    auto parsed = RecordPath::Parse(text);
    if (parsed.ok()) {
      *path = *std::move(parsed);
    } else {
      reader.Fail("key_name", std::string(parsed.status().message()));
    }
  }
};

class ParserFilter final : public Filter {
 public:
  using Config = ParserConfig;
  explicit ParserFilter(ParserConfig config)
      : config_(std::move(config)), parser_(config_.parse()) {}

  void Apply(const EventBatch& in, TagTable& /*tags*/, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) One(*it, out);
  }

 private:
  void One(const EntryView& entry, BatchRewriter& out) {
    NumberText room;
    const auto value = config_.key_name.Find(entry.record);
    if (!value.has_value()) {
      out.Fail(entry, "the field to parse is not there");
      return;
    }
    const auto text = TextOf(*value, room);
    if (!text.has_value()) {
      out.Fail(entry, "the field to parse is no text");
      return;
    }
    parsed_.Clear();
    {
      RecordWriter record(parsed_, entry.time);
      if (const char* why = parser_->Parse(*text, record)) {
        out.Fail(entry, why);
        return;
      }
      record.Commit();
    }
    const EventBatch batch = parsed_.Batch(tag_);
    Merge(entry, *EntryIterator(batch.entries), out);
  }

  void Merge(const EntryView& entry, const EntryView& parsed, BatchRewriter& out) {
    names_.Clear();
    // Names with a prefix are built in one buffer, whose growth must not move them.
    names_.Reserve(parsed.record.map().bytes().size() +
                   parsed.record.size() * config_.inject_key_prefix.size());
    RecordPatch patch = out.Change(entry);
    if (!config_.reserve_time) patch.Time(parsed.time);
    if (!config_.reserve_data) patch.Clear();
    if (config_.reserve_data && config_.remove_key_name_field &&
        config_.key_name.keys().size() == 1) {
      patch.Remove(config_.key_name.keys().front());
    }
    if (!config_.hash_value_field.empty()) {
      patch.Set(config_.hash_value_field, parsed.record.map());
      return;
    }
    for (MapIterator field = parsed.record.begin(); !field.done(); field.Next()) {
      patch.Set(Name(field.key().AsText().value_or("")), field.value());
    }
  }

  std::string_view Name(std::string_view key) {
    if (config_.inject_key_prefix.empty()) return key;
    const size_t begin = names_.size();
    names_.Append(config_.inject_key_prefix);
    names_.Append(key);
    return names_.text().substr(begin);
  }

  const ParserConfig config_;
  const std::unique_ptr<Parser> parser_;
  BatchBuilder parsed_;  // Of one entry; its bytes outlive the patch.
  ByteBuffer names_;
  const Tag tag_{"parser"};
};

const Register<Filter, ParserFilter> kParser("parser", "parses a field into fields");

}  // namespace
}  // namespace andon
