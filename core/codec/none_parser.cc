// parser/none: the line as it is, in one field.
//
//   parse: {type: none, message_key: log}
#include <string>

#include "core/config/config_reader.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct NoneConfig {
  std::string message_key = "message";

  static Result<NoneConfig> Parse(const ConfigNode& node) {
    NoneConfig config;
    ConfigReader reader(node);
    reader.Optional("message_key", &config.message_key, "field that gets the line");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

class NoneParser : public Parser {
 public:
  using Config = NoneConfig;
  explicit NoneParser(const Config& config) : message_key_(config.message_key) {}

  const char* Parse(std::string_view text, RecordWriter& out) override {
    out.Field(message_key_, text);
    return nullptr;
  }

 private:
  std::string message_key_;
};

const Register<Parser, NoneParser> kNone("none", "the line as it is, in one field");

}  // namespace
}  // namespace andon
