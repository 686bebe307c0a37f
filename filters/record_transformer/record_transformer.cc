// filters/record_transformer: sets, removes, renames and keeps fields.
//
//   filters:
//     - type: record_transformer
//       match: log.**
//       set:
//         host: ${hostname}
//         service: ${tag_parts[1]}
//         status: ${record["http"]["code"]}    # alone: keeps its type
//         line: "${record[\"method\"]} ${record[\"path\"]}"
//         env: production
//         schema: 2
//       rename: {msg: message}
//       remove: [password, token]
//
// All templates see the record as it came. A template that is one field, which is not there, sets
// nothing; within a longer text it is empty. Fields that do not change are copied as bytes.

#include <string>
#include <utility>
#include <vector>

#include "core/config/config_reader.h"
#include "core/event/msgpack_writer.h"
#include "core/event/text_template.h"
#include "core/plugin/filter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

// What a field is set to: a template, or a number, boolean or null as msgpack.
struct FieldValue {
  TextTemplate text;
  std::string constant;  // Msgpack; empty: the template counts.
};

// True when the scalar was a number, boolean or null, which is then in `out`.
bool WriteConstant(const ConfigNode& node, ByteBuffer& out) {
  MsgpackWriter writer(out);
  if (node.quoted()) return false;
  const std::string text(node.text());
  if (node.kind() == ConfigNode::Kind::kNull) {
    writer.Nil();
    return true;
  }
  if (text == "true" || text == "false") {
    writer.Bool(text == "true");
    return true;
  }
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) return false;
  char* end = nullptr;
  const long long whole = std::strtoll(text.c_str(), &end, 10);
  if (*end == '\0' && std::to_string(whole) == text) {
    writer.Int(whole);
    return true;
  }
  const double number = std::strtod(text.c_str(), &end);
  if (*end != '\0') return false;
  writer.Float(number);
  return true;
}

}  // namespace

template <>
struct ConfigValue<FieldValue> {
  static std::optional<FieldValue> Read(const ConfigNode& node) {
    FieldValue value;
    ByteBuffer constant;
    if (node.kind() == ConfigNode::Kind::kMap || node.kind() == ConfigNode::Kind::kList) {
      (void)node.Fail("must be a text, a number, true, false or null");
      return std::nullopt;
    }
    if (WriteConstant(node, constant)) {
      value.constant = constant.text();
      return value;
    }
    auto text = TextTemplate::Parse(node.text());
    if (!text.ok()) {
      (void)node.Fail(std::string(text.status().message()));
      return std::nullopt;
    }
    value.text = *std::move(text);
    return value;
  }
  static std::string TypeName() { return "template"; }
  static std::string ToText(const FieldValue& value) { return value.text.text(); }
};

namespace {

struct TransformConfig {
  std::vector<std::pair<std::string, FieldValue>> set;
  std::vector<std::pair<std::string, std::string>> rename;
  std::vector<std::string> remove;
  std::vector<std::string> keep;

  static Result<TransformConfig> Parse(const ConfigNode& node) {
    TransformConfig config;
    ConfigReader reader(node);
    reader.Optional("set", &config.set,
                    "fields and their values: texts with ${tag}, ${tag_parts[n]}, ${hostname}, "
                    "${time}, ${record[\"key\"]}; numbers, booleans, null");
    reader.Optional("rename", &config.rename, "fields and their new names");
    reader.Optional("remove", &config.remove, "fields to take away");
    reader.Optional("keep", &config.keep, "fields that stay; all others go, but those set");
    if (!reader.describing() && !config.keep.empty() &&
        !(config.remove.empty() && config.rename.empty())) {
      reader.Fail("keep", "\"keep\" goes with \"set\" only, not with \"remove\" or \"rename\"");
    }
    if (!reader.describing() && config.empty() && !node.HasProblems()) {
      reader.Fail("type", "record_transformer needs set, rename, remove or keep");
    }
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
  bool empty() const { return set.empty() && rename.empty() && remove.empty() && keep.empty(); }
};

class RecordTransformerFilter final : public Filter {
 public:
  using Config = TransformConfig;
  explicit RecordTransformerFilter(TransformConfig config) : config_(std::move(config)) {}

  Status Prepare(const PluginContext& context) override {
    hostname_ = context.hostname;
    return OkStatus();
  }

  void Apply(const EventBatch& in, TagTable& /*tags*/, BatchRewriter& out) override {
    for (EntryIterator it(in.entries); !it.done(); it.Next()) {
      RecordPatch patch = out.Change(*it);
      if (!config_.keep.empty()) Keep(it->record, patch);
      for (const std::string& key : config_.remove) patch.Remove(key);
      for (const auto& [from, to] : config_.rename) patch.Rename(from, to);
      for (const auto& [key, value] : config_.set) Set(in.tag.text(), *it, key, value, patch);
    }
  }

 private:
  void Keep(const RecordView& record, RecordPatch& patch) const {
    patch.Clear();
    for (const std::string& key : config_.keep) {
      if (const auto value = record.Find(key)) patch.Set(key, *value);
    }
  }

  void Set(std::string_view tag, const EntryView& entry, const std::string& key,
           const FieldValue& value, RecordPatch& patch) {
    if (!value.constant.empty()) {
      patch.Set(key, ValueView(AsBytes(value.constant)));
    } else if (const RecordPath* path = value.text.only_field()) {
      if (const auto field = path->Find(entry.record)) patch.Set(key, *field);
    } else {
      text_.Clear();
      value.text.Render(tag, entry, hostname_, text_);
      patch.Set(key, text_.text());
    }
  }

  const TransformConfig config_;
  std::string hostname_;
  ByteBuffer text_;  // Scratch.
};

const Register<Filter, RecordTransformerFilter> kRecordTransformer(
    "record_transformer", "sets, removes, renames and keeps fields");

}  // namespace
}  // namespace andon
