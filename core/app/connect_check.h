// `andon check --connect`: do those whom the outputs write to take it?
#pragma once

#include <iosfwd>
#include <string>

#include "core/base/time.h"
#include "core/pipeline/pipeline_config.h"

namespace andon {

struct ConnectCheckOptions {
  std::string path;                          // For the messages.
  Duration limit = std::chrono::minutes(1);  // For each output.
  bool quiet = false;                        // Problems only.
};

// Asks every output: what is so goes to `out`, what is not to `err`, a line
// each. Returns how many problems there were.
int RunConnectCheck(const ConnectCheckOptions& options, const PipelineConfig& pipeline,
                    std::ostream& out, std::ostream& err);

}  // namespace andon
