// outputs/kafka: writes events to Kafka topics, each exactly once for readers of committed
// messages.
//
//   outputs:
//     - type: kafka
//       match: log.**
//       brokers: [kafka-1:9092, kafka-2:9092]
//       topic: logs.${tag_parts[1]}
//       key: ${record["host"]}
//       compression: zstd

#include "core/plugin/registry.h"
#include "outputs/kafka/kafka_output.h"

namespace andon::kafka_output {
namespace {

const Register<Output, KafkaOutput> kKafka("kafka",
                                           "writes events to Kafka topics, each exactly once");

}  // namespace
}  // namespace andon::kafka_output
