// The file that takes error events when no output does.
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"

namespace andon {

// The options of its file output: DATA_DIR/errors/2026-11-21.log.
std::shared_ptr<Config> ErrorFileConfig(const std::string& data_dir);

// kInvalidConfig when there is no file output.
Result<OutputConfig> MakeErrorFile(const std::string& data_dir);

}  // namespace andon
