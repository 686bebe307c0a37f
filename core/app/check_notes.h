// What a configuration may say and may still not be meant.
#pragma once

#include <string>
#include <vector>

#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"

namespace andon {

// Of a good one, a line each: `PATH: note: ...`, or `FILE:LINE:COLUMN: note: ...` about one part.
std::vector<std::string> CheckNotes(const std::string& path, const Config& config,
                                    const PipelineConfig& pipeline);

}  // namespace andon
