#include "core/pipeline/error_file.h"

#include <utility>

#include "core/config/yaml_quote.h"

namespace andon {

std::shared_ptr<Config> ErrorFileConfig(const std::string& data_dir) {
  return Config::FromText("type: file\npath: " + YamlQuoted(data_dir + "/errors/%Y-%m-%d.log") +
                              "\nformat: {type: json, tag_key: tag, time_key: time}\n",
                          "error file");
}

Result<OutputConfig> MakeErrorFile(const std::string& data_dir) {
  const auto config = ErrorFileConfig(data_dir);
  OutputConfig output;
  ASSIGN_OR_RETURN(output.factory, ParsePlugin<Output>(config->root()));
  output.id = "andon-errors";
  output.type = "file";
  output.match = *TagPattern::Parse("andon.error.**");
  output.last_resort = true;
  output.fingerprint = config->root().Fingerprint();
  return output;
}

}  // namespace andon
