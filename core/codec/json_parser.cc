// parser/json: one JSON object a line.
//
//   parse: {type: json, time_key: timestamp, time_format: iso8601}
//
// Of a key that comes again, the last counts. A number of more than 64 bits is kept as its text. A
// line that is no object, is nested deeper than 31, or is no valid UTF-8 is refused.
#include "core/codec/json_reader.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct JsonParserConfig {
  FieldOptions fields;

  static Result<JsonParserConfig> Parse(const ConfigNode& node) {
    JsonParserConfig config;
    ConfigReader reader(node);
    config.fields.Read(reader);
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class JsonParser : public Parser {
 public:
  using Config = JsonParserConfig;
  explicit JsonParser(const Config& config) : fields_(config.fields), reader_(fields_) {}

  const char* Parse(std::string_view text, RecordWriter& out) override {
    return reader_.Read(text, out);
  }

 private:
  FieldWriter fields_;
  JsonReader reader_;
};

const Register<Parser, JsonParser> kJson("json", "one JSON object a line");

}  // namespace
}  // namespace andon
