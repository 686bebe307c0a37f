// What `andon check --connect` asks a Kafka cluster: does it answer with these credentials, are the
// topics there, may we see them, and is the cursors' topic compacted? Nothing is written or made.
#pragma once

#include <string>
#include <vector>

#include "core/plugin/output.h"
#include "outputs/kafka/kafka_output_config.h"

namespace andon::kafka_output {

// Blocks, up to `timeout_ms` for each question.
std::vector<ProbeFinding> ProbeCluster(const std::string& id, const std::string& hostname,
                                       const KafkaOutputConfig& config, int timeout_ms = 10'000);

}  // namespace andon::kafka_output
