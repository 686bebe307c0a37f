// Files that are written to and read again: each line would come back without end.
#pragma once

#include <string>
#include <vector>

#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"

namespace andon {

// A line for each output whose files an input reads: `FILE:LINE:COLUMN: note: ...`. Placeholders in
// an output's path are taken for a short word.
std::vector<std::string> LoopNotes(const Config& config, const PipelineConfig& pipeline);

}  // namespace andon
