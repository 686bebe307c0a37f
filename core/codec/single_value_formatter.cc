// formatter/single_value: one field as it is.
//
//   format: {type: single_value, message_key: log}
//
// A value that is no string is written as JSON; so is the whole record when it lacks the field.
#include <string>

#include "core/codec/json_writer.h"
#include "core/config/config_reader.h"
#include "core/plugin/formatter.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct SingleValueConfig {
  std::string message_key = "message";
  bool add_newline = true;

  static Result<SingleValueConfig> Parse(const ConfigNode& node) {
    SingleValueConfig config;
    ConfigReader reader(node);
    reader.Optional("message_key", &config.message_key, "field that is written");
    reader.Optional("add_newline", &config.add_newline, "end each event with a line end");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class SingleValueFormatter : public Formatter {
 public:
  using Config = SingleValueConfig;
  explicit SingleValueFormatter(const Config& config) : config_(config) {}

  void Format(const Tag& /*tag*/, const EntryView& entry, ByteBuffer& out) override {
    const ValueView value = entry.record.Find(config_.message_key).value_or(entry.record.map());
    if (const auto text = value.AsText(); text.has_value()) {
      out.Append(*text);
    } else {
      AppendJson(value, out);
    }
    if (config_.add_newline) out.Append('\n');
  }

 private:
  Config config_;
};

const Register<Formatter, SingleValueFormatter> kSingleValue("single_value", "one field as it is");

}  // namespace
}  // namespace andon
