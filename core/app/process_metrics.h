// What this process takes of the machine, under the names that Prometheus' client libraries use
// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
#pragma once

#include <string>

namespace andon {

// andon_build_info, processor time, resident memory, open files and their limit, start time. What
// cannot be found out is left out.
void AppendProcessMetrics(std::string& text);

}  // namespace andon
